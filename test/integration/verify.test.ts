import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdCommands, type CertdProcess, certdAt, startAgain } from '../support/certd-process.ts';
import { type EndpointPki, makeEndpointPki } from '../support/endpoint-pki.ts';
import { writeGeneration } from '../support/make-pair.ts';
import { findPrograms } from '../support/programs.ts';
import { type RunningProcess, startProcess } from '../support/run-process.ts';
import { waitUntil, waitUntilListening } from '../support/wait-until.ts';

const names = { ecdsa: 'a.example', rsa: 'a.example-rsa' } as const;

type Served = { readonly endpoint: string; readonly state: string; readonly detail: string | null };

describe('an nginx with RSA beside ECDSA, behind a load balancer, and with certificates of clients', () => {
  let dir: string;
  let pki: EndpointPki;
  let certd: CertdCommands;
  let daemon: CertdProcess | undefined;
  let nginx: RunningProcess | undefined;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'certd-verify-'));
    await chmod(dir, 0o755);
    pki = await makeEndpointPki();
    await writeFile(join(dir, 'roots.pem'), pki.root.pem);
    // Nobody listens yet: a deploy waits for that no longer.
    certd = await certdAt(join(dir, 'certd'), configuration(dir, '1s'));
    for (const family of ['ecdsa', 'rsa'] as const) await putIssued(certd, family, pki);
    // It deploys what is issued; orders, which reach no CA here, fail.
    daemon = await startAgain(certd);
    for (const name of Object.values(names)) await deployed(certd, name);
    await daemon.stop();
    daemon = undefined;
    await certd.configure(configuration(dir, '10s'));
    await configureNginx(dir, certd, 'fullchain.pem');
    nginx = await startNginx(dir);
  });
  afterAll(async () => {
    await daemon?.stop();
    await nginx?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const verify = async () => {
    const { code, stdout, stderr } = await certd.command('verify', '--json');
    const said: { readonly certificates: readonly { readonly served: readonly Served[] }[] } =
      JSON.parse(stdout);
    const served = said.certificates.flatMap(certificate => certificate.served);
    return { code, stderr, served };
  };
  const states = (served: readonly Served[]) => served.map(({ endpoint, state }) => `${endpoint} ${state}`);

  test('presents what is live everywhere', async () => {
    const { code, stderr, served } = await verify();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(states(served)).toEqual([
      '127.0.0.1:443 match',
      '[::1]:443 match',
      '127.0.0.1:8443 match',
      '127.0.0.1:9443 match',
      '127.0.0.1:443 match',
      'localhost:443 match',
    ]);
  });

  test('is found untrusted with the leaf alone, and told what is missing', async () => {
    await configureNginx(dir, certd, 'cert.pem');
    await reload(dir);
    const served = await waitUntil('every worker sends the leaf alone', async () => {
      const said = await verify();
      return said.served.every(({ state }) => state === 'untrusted') ? said.served : null;
    });
    expect((await verify()).code).toBe(2);
    expect(served[0]?.detail).toMatch(
      /: the certificate of endpoint intermediate is missing \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
    );
  });

  test('is found unreachable while it is stopped, and well again afterwards', async () => {
    await nginx?.stop();
    const stopped = await verify();
    expect(stopped.code).toBe(1);
    expect(new Set(stopped.served.map(({ detail }) => detail))).toEqual(
      new Set(['nothing listens there (ECONNREFUSED)']),
    );
    await configureNginx(dir, certd, 'fullchain.pem');
    nginx = await startNginx(dir);
    expect((await verify()).code).toBe(0);
  });

  test('is looked at by the daemon without being asked', async () => {
    const stateFile = join(certd.stateDir, 'deploy', `${names.ecdsa}.json`);
    const state = JSON.parse(await readFile(stateFile, 'utf8'));
    // As if the last look had been an hour ago, and had found nothing.
    await writeFile(stateFile, JSON.stringify({ ...state, served: [] }));
    daemon = await startAgain(certd);
    const served = await waitUntil('the daemon has looked', async () => {
      const { stdout } = await certd.command('status', names.ecdsa, '--json');
      const found: readonly Served[] = JSON.parse(stdout).certificates[0].served;
      return found.some(({ state: each }) => each === 'unchecked') ? null : found;
    });
    expect(states(served)).toEqual([
      '127.0.0.1:443 match',
      '[::1]:443 match',
      '127.0.0.1:8443 match',
      '127.0.0.1:9443 match',
    ]);
  });
});

/** `timeout`: of each endpoint. */
function configuration(dir: string, timeout: string): string {
  const certificate = (name: string, type: string, endpoints: readonly string[]) =>
    `  - { name: ${name}, domains: [a.example], key: { type: ${type} }, challenge: { webroot: /srv }, deploy: { verify: [${endpoints.join(', ')}] } }\n`;
  const ecdsa = [
    `{ connect: "127.0.0.1:443", timeout: ${timeout} }`,
    `{ connect: "[::1]:443", timeout: ${timeout} }`,
    `{ connect: "127.0.0.1:8443", proxy_protocol: v2, timeout: ${timeout} }`,
    `{ connect: "127.0.0.1:9443", timeout: ${timeout} }`,
  ];
  const rsa = [
    `{ connect: "127.0.0.1:443", timeout: ${timeout} }`,
    `{ connect: "localhost:443", timeout: ${timeout} }`,
  ];
  return `account: { email: ops@certd.test, agree_tos: true }
ca: corp
cas: { corp: { directory: "https://127.0.0.1:1/dir", roots: ${dir}/roots.pem } }
certificates:
${certificate(names.ecdsa, 'ecdsa-p256', ecdsa)}${certificate(names.rsa, 'rsa-2048', rsa)}`;
}

/** An issued generation, as an order leaves it. */
async function putIssued(
  { stateDir }: CertdCommands,
  family: keyof typeof names,
  pki: EndpointPki,
): Promise<void> {
  const { leafPem: cert, key, fingerprint } = pki[family];
  const issued = join(stateDir, 'issuer', 'issued', names[family]);
  await mkdir(issued, { recursive: true, mode: 0o700 });
  const generation = join(issued, `0001-${fingerprint.slice(0, 8)}`);
  await writeGeneration(generation, { cert, key, chain: pki.intermediate.pem });
  const origin = { schema: 1, ca: 'corp', directory: 'https://127.0.0.1:1/dir' };
  await writeFile(join(generation, 'generation.json'), JSON.stringify(origin));
}

async function deployed(certd: CertdCommands, name: string): Promise<void> {
  await waitUntil(`${name} is deployed`, async () => {
    const { stdout } = await certd.command('status', name, '--json');
    return JSON.parse(stdout).certificates[0].deploy.state === 'deployed' ? true : null;
  });
}

async function configureNginx(dir: string, { liveDir }: CertdCommands, file: string): Promise<void> {
  const certificates = Object.values(names)
    .map(
      name => `ssl_certificate ${liveDir(name)}/${file}; ssl_certificate_key ${liveDir(name)}/privkey.pem;`,
    )
    .join('\n');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${join(dir, kind)};`)
    .join(' ');
  await writeFile(
    join(dir, 'nginx.conf'),
    `pid ${dir}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off; ${temporary}
  server { listen 127.0.0.1:443 ssl; listen [::1]:443 ssl; ${certificates} }
  server { listen 127.0.0.1:8443 ssl proxy_protocol; ${certificates} }
  server {
    listen 127.0.0.1:9443 ssl; ${certificates}
    ssl_verify_client on; ssl_client_certificate ${dir}/roots.pem; ssl_protocols TLSv1.2;
  }
}
`,
  );
}

const words = (dir: string) => ['-e', 'stderr', '-c', join(dir, 'nginx.conf')];

async function reload(dir: string): Promise<void> {
  const { nginx, nginxLibraryPath } = findPrograms();
  const env = { LD_LIBRARY_PATH: nginxLibraryPath };
  await promisify(execFile)(nginx, [...words(dir), '-s', 'reload'], { env });
}

async function startNginx(dir: string): Promise<RunningProcess> {
  const { nginx, nginxLibraryPath } = findPrograms();
  const started = await startProcess({
    name: 'nginx',
    argv: [nginx, ...words(dir), '-g', `daemon off; user ${process.geteuid?.() === 0 ? 'root' : 'nobody'};`],
    env: { LD_LIBRARY_PATH: nginxLibraryPath },
    logFile: join(dir, 'nginx.log'),
  });
  for (const port of [443, 8443, 9443]) await waitUntilListening('nginx', { port }, started);
  // `nginx -s` needs the pid file, which comes after the first listening socket.
  await waitUntil('nginx has written its pid file', () =>
    readFile(join(dir, 'nginx.pid'), 'utf8').then(pid => pid || null),
  );
  return started;
}
