import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdCommands, certdAt } from '../support/certd-process.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { presentedLeaf } from '../support/presented-leaf.ts';
import { findPrograms } from '../support/programs.ts';
import { type RunningProcess, startProcess } from '../support/run-process.ts';
import { waitUntilListening } from '../support/wait-until.ts';

const domain = 'snippet.certd.test';
const challenge = `http://${domain}/.well-known/acme-challenge/`;

describe('certd snippet nginx, in the http block of an nginx with nothing else', () => {
  let dir: string;
  let certd: CertdCommands;
  let nginx: RunningProcess | undefined;
  let fingerprint: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'certd-snippet-'));
    await chmod(dir, 0o755);
    // A path that has to be quoted.
    const webroot = join(dir, 'the "web" root');
    await mkdir(join(webroot, '.well-known/acme-challenge'), { recursive: true });
    await writeFile(join(webroot, '.well-known/acme-challenge/token'), 'answer');
    certd = await certdAt(join(dir, 'certd'), configuration(webroot));
    fingerprint = await putLive(certd);
    const { code, stdout } = await certd.command('snippet', 'nginx');
    expect(code).toBe(0);
    await writeFile(join(dir, 'snippet.conf'), stdout);
    nginx = await startNginx(dir);
  });
  afterAll(async () => {
    await nginx?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('a challenge is answered as plain text, on IPv4 and IPv6', async () => {
    for (const address of ['127.0.0.1', '::1']) {
      const { statusCode, headers, text } = await read(`${challenge}token`, address);
      expect({ statusCode, type: headers['content-type'], text }).toEqual({
        statusCode: 200,
        type: 'text/plain',
        text: 'answer',
      });
    }
  });

  test('a challenge that is not there is not redirected either', async () => {
    expect(await read(`${challenge}other`, '127.0.0.1')).toMatchObject({ statusCode: 404 });
  });

  test('everything else is redirected, with its path', async () => {
    const { statusCode, headers } = await read(`http://${domain}/a/b?c=d`, '127.0.0.1');
    expect([statusCode, headers.location]).toEqual([301, `https://${domain}/a/b?c=d`]);
  });

  test('the certificate is presented', async () => {
    const leaf = await presentedLeaf({ port: 443, serverName: domain });
    expect(leaf.fingerprintSha256).toBe(fingerprint);
  });
});

function configuration(webroot: string): string {
  return `account: { email: ops@certd.test, agree_tos: true }
certificates:
  - domains: [${domain}]
    challenge: { webroot: ${JSON.stringify(webroot)} }
`;
}

async function putLive(certd: CertdCommands): Promise<string> {
  const pair = await makePair({ domains: [domain] });
  await mkdir(join(certd.stateDir, 'live'), { recursive: true });
  await writeGeneration(certd.liveDir(domain), pair);
  return new X509Certificate(pair.cert).fingerprint256.replaceAll(':', '').toLowerCase();
}

async function startNginx(dir: string): Promise<RunningProcess> {
  const { nginx, nginxLibraryPath } = findPrograms();
  const config = join(dir, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${join(dir, kind)};`)
    .join(' ');
  await writeFile(
    config,
    `pid ${dir}/nginx.pid;
error_log stderr;
events {}
http { access_log off; ${temporary} include ${dir}/snippet.conf; }
`,
  );
  const env = { LD_LIBRARY_PATH: nginxLibraryPath };
  const words = ['-e', 'stderr', '-c', config] as const;
  await promisify(execFile)(nginx, ['-t', ...words], { env });
  const started = await startProcess({
    name: 'nginx',
    argv: [nginx, ...words, '-g', `daemon off; user ${process.geteuid?.() === 0 ? 'root' : 'nobody'};`],
    env,
    logFile: join(dir, 'nginx.log'),
  });
  await waitUntilListening('nginx', { port: 443 }, started);
  return started;
}

function read(url: string, host: string): Promise<IncomingMessage & { readonly text: string }> {
  const { pathname, search, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { host: hostname };
    get({ host, path: pathname + search, headers, agent: false, timeout: 5000 }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', piece => {
        text += piece;
      });
      answer.once('end', () => resolve(Object.assign(answer, { text })));
    }).once('error', reject);
  });
}
