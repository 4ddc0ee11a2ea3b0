import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
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
const challengePath = '/.well-known/acme-challenge/';
const challenge = `http://${domain}${challengePath}`;
const programs = findPrograms();

type ServerCase = {
  readonly server: 'nginx' | 'apache' | 'haproxy';
  /** The configuration around the snippet. */
  around(dir: string, snippet: string): string;
  /** The words that start it in the foreground, and those that test its configuration. */
  run(config: string): readonly [string, ...string[]];
  check(config: string): readonly [string, ...string[]];
};

const cases: readonly ServerCase[] = [
  {
    server: 'nginx',
    around: (dir, snippet) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map(kind => `${kind}_temp_path ${join(dir, kind)};`)
        .join(' ');
      return `user root;\npid ${dir}/nginx.pid;\nevents {}\nhttp { access_log off; ${temporary}\n${snippet}}\n`;
    },
    run: config => [programs.nginx, '-e', 'stderr', '-c', config, '-g', 'daemon off;'],
    check: config => [programs.nginx, '-e', 'stderr', '-c', config, '-t'],
  },
  {
    server: 'apache',
    around: (dir, snippet) => {
      const modules = [
        'mpm_event',
        'authz_core',
        ...(/^# Modules: (.*)\. certd/m.exec(snippet)?.[1] ?? '').split(', '),
      ];
      const folder = join(programs.servers, 'usr/lib/apache2/modules');
      const loads = modules.map(name => `LoadModule ${name}_module ${folder}/mod_${name}.so\n`).join('');
      return `${loads}User www-data\nGroup www-data\nServerName x.test\nPidFile ${dir}/pid\nDefaultRuntimeDir ${dir}\nErrorLog ${dir}/error.log\nListen [::]:80\nListen [::]:443\n${snippet}`;
    },
    run: config => [join(programs.servers, 'usr/sbin/apache2'), '-d', '/', '-f', config, '-D', 'FOREGROUND'],
    check: config => [join(programs.servers, 'usr/sbin/apache2'), '-d', '/', '-f', config, '-t'],
  },
  {
    server: 'haproxy',
    around: (_, snippet) =>
      `global\n  user www-data\n  group www-data\ndefaults\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n${snippet}`,
    run: config => [join(programs.servers, 'usr/sbin/haproxy'), '-W', '-f', config],
    check: config => [join(programs.servers, 'usr/sbin/haproxy'), '-c', '-f', config],
  },
];

describe.each(cases)(
  'certd snippet $server, in a $server with nothing else',
  ({ server, around, run, check }) => {
    let dir: string;
    let started: RunningProcess | undefined;
    let answerer: Server;
    let fingerprint: string;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'certd-snippet-'));
      await chmod(dir, 0o755);
      // A path that has to be quoted.
      const webroot = join(dir, 'the "web" root');
      await mkdir(join(webroot, challengePath), { recursive: true });
      await writeFile(join(webroot, challengePath, 'token'), 'answer');
      answerer = await startAnswerer();
      const combined = join(dir, 'combined.pem');
      const certd = await certdAt(
        join(dir, 'certd'),
        server === 'haproxy' ? behindIt(combined) : byWebroot(webroot),
      );
      fingerprint = await putLive(certd, combined);
      const { code, stdout } = await certd.command('snippet', server);
      expect(code).toBe(0);
      const config = join(dir, 'server.conf');
      await writeFile(config, around(dir, stdout));
      const library = server === 'nginx' ? programs.nginxLibraryPath : programs.serversLibraryPath;
      const env = { LD_LIBRARY_PATH: library };
      const [program, ...words] = check(config);
      await promisify(execFile)(program, words, { env });
      started = await startProcess({ name: server, argv: run(config), env, logFile: join(dir, 'log') });
      await waitUntilListening(server, { port: 443 }, started);
    });
    afterAll(async () => {
      await started?.stop();
      answerer.close();
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

    test('the certificate is presented, on IPv4 and IPv6', async () => {
      for (const host of ['127.0.0.1', '::1']) {
        const leaf = await presentedLeaf({ host, port: 443, serverName: domain });
        expect(leaf.fingerprintSha256).toBe(fingerprint);
      }
    });
  },
);

function byWebroot(webroot: string): string {
  return `account: { email: ops@certd.test, agree_tos: true }
certificates:
  - domains: [${domain}]
    challenge: { webroot: ${JSON.stringify(webroot)} }
`;
}

function behindIt(combined: string): string {
  return `account: { email: ops@certd.test, agree_tos: true }
certificates:
  - domains: [${domain}]
    challenge: { standalone: { listen: ["127.0.0.1:8089"] } }
    files: [{ path: ${combined}, content: combined }]
`;
}

async function putLive(certd: CertdCommands, combined: string): Promise<string> {
  const pair = await makePair({ domains: [domain] });
  await mkdir(join(certd.stateDir, 'live'), { recursive: true });
  await writeGeneration(certd.liveDir(domain), pair);
  await writeFile(combined, `${pair.cert}${pair.chain}${pair.key}`, { mode: 0o600 });
  return new X509Certificate(pair.cert).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Answers like certd’s own listener does while an order is open. */
async function startAnswerer(): Promise<Server> {
  const server = createServer(({ url }, answer) => {
    const known = url === `${challengePath}token`;
    answer.writeHead(known ? 200 : 404, { 'content-type': 'text/plain' }).end(known ? 'answer' : '');
  });
  await once(server.listen(8089, '127.0.0.1'), 'listening');
  return server;
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
