import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doctorTools } from '../../src/commands/doctor-tools.ts';
import { examine } from '../../src/doctor/examine.ts';
import { makeExamined } from '../support/make-examined.ts';
import { makeTarget } from '../support/make-observed.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { findPrograms } from '../support/programs.ts';
import { serverChecks } from '../support/server-checks.ts';
import { startApache } from '../support/servers/apache.ts';
import { startHaproxy } from '../support/servers/haproxy.ts';
import type { TestServer } from '../support/servers/test-server.ts';

const domain = 'doctor.certd.test';
const programs = findPrograms();

let dir: string;
let root: string;
let live: string;
const file = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'certd-doctor-'));
  root = file('state');
  live = join(root, 'live', domain);
  const pair = await makePair({ domains: [domain] });
  const deployed = join(root, 'deployed', domain, '0001-11223344');
  await mkdir(join(root, 'live'), { recursive: true });
  await mkdir(join(root, 'deployed', domain), { recursive: true });
  await writeGeneration(deployed, pair);
  await symlink(join('..', 'deployed', domain, '0001-11223344'), live);
  await writeFile(file('combined.pem'), `${pair.cert}${pair.chain}${pair.key}`, { mode: 0o600 });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The servers of this test were unpacked, not installed: their libraries are elsewhere. */
async function bad() {
  const tools = await doctorTools(0, null);
  const run: typeof tools.run = argv =>
    tools.run(['/usr/bin/env', `LD_LIBRARY_PATH=${programs.serversLibraryPath}`, ...argv]);
  const combined = {
    path: file('combined.pem'),
    content: 'combined',
    owner: null,
    group: null,
    mode: 0o400,
  } as const;
  const target = makeTarget({ name: domain, domains: [domain], files: [combined] });
  const { findings } = await examine(makeExamined({ targets: [target], root }), { ...tools, run });
  return findings
    .filter(({ check, status }) => status !== 'ok' && serverChecks.has(check))
    .map(({ check, status, subject, message, cure }) => ({ check, status, subject, message, cure }));
}

function wishFor(name: string, fullchain: string) {
  const key = join(live, 'privkey.pem');
  return {
    dir: file(name),
    serverName: domain,
    fullchain: join(live, fullchain),
    key,
    combined: file('combined.pem'),
  };
}

/** Changes a file of a configuration; the server need not know of it. */
async function change(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const changed = text.replaceAll(from, to);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
}

describe('certd doctor beside an Apache httpd that runs', () => {
  let server: TestServer;
  beforeAll(async () => {
    await mkdir(file('apache'));
    server = await startApache(programs, wishFor('apache', 'cert.pem'));
  });
  afterAll(() => server.stop());
  const config = () => file('apache/apache2.conf');

  test('names a leaf without its chain, with file and line', async () => {
    const [first] = await bad();
    const subject = new RegExp(`^apache ${config()}:\\d+`);
    expect(first).toMatchObject({
      check: 'leaf-only',
      status: 'critical',
      subject: expect.stringMatching(subject),
    });
  });

  test('follows Include and Define, and has nothing left but the endpoint once it is mended', async () => {
    const text = await readFile(config(), 'utf8');
    const host = /<VirtualHost[\s\S]*<\/VirtualHost>\n/.exec(text)?.[0] ?? '';
    await mkdir(file('apache/sites'));
    const site = `Define LIVE "${live}"\n<IfModule mod_ssl.c>\n${host.replaceAll(join(live, 'cert.pem'), '$' + '{LIVE}/fullchain.pem')}</IfModule>\n`;
    await writeFile(file('apache/sites/a.conf'), site);
    await change(config(), host, 'Include \\\n  sites/*.conf\n');
    const line = `{ connect: "127.0.0.1:${server.address.port}", server_name: ${domain} }`;
    expect(await bad()).toMatchObject([
      { check: 'endpoint-declared', status: 'warning', cure: expect.stringContaining(line) },
    ]);
  });

  test('names a path that no renewal will change, and a site with another certificate', async () => {
    await change(file('apache/sites/a.conf'), live, join(root, 'deployed', domain, '0001-11223344'));
    expect(await bad()).toMatchObject([{ check: 'pinned-generation' }, { check: 'endpoint-declared' }]);
    await writeGeneration(file('other'), await makePair({ domains: [domain] }));
    await change(
      file('apache/sites/a.conf'),
      /(SSLCertificate(?:Key)?File) .*\/(\w+\.pem)/g,
      `$1 ${file('other')}/$2`,
    );
    expect((await bad()).map(({ check }) => check)).toEqual(['site-elsewhere', 'certificate-used']);
  });

  test('says in its own words why its configuration cannot be read', async () => {
    await change(file('apache/sites/a.conf'), 'SSLEngine', 'SSLEngin');
    const findings = await bad();
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['server-config', 'unknown'],
      ['certificate-used', 'unknown'],
    ]);
    expect(findings[0]?.message).toContain("Invalid command 'SSLEngin'");
  });
});

describe('certd doctor beside a HAProxy that runs', () => {
  let server: TestServer;
  beforeAll(async () => {
    await mkdir(file('haproxy'));
    server = await startHaproxy(programs, wishFor('haproxy', 'fullchain.pem'));
  });
  afterAll(() => server.stop());
  const config = () => file('haproxy/haproxy.cfg');

  test('knows one of the files of a certificate, and wants the endpoint declared', async () => {
    const line = `{ connect: "127.0.0.1:${server.address.port}", server_name: ${domain} }`;
    expect(await bad()).toMatchObject([
      { check: 'endpoint-declared', status: 'warning', cure: expect.stringContaining(line) },
    ]);
  });

  test('names a certificate of somebody else in a directory, by the names in it', async () => {
    await mkdir(file('certs'));
    await copyFile(file('combined.pem'), file('certs/copy.pem'));
    await change(config(), `crt ${file('combined.pem')}`, `crt '${file('certs')}' accept-proxy`);
    const [first] = await bad();
    expect(first).toMatchObject({ check: 'site-elsewhere', status: 'warning' });
    expect(first?.message).toContain(basename(file('certs/copy.pem')));
  });

  test('reads a list, and the PROXY protocol goes into the line to declare', async () => {
    await writeFile(file('list'), `# of certd\n${file('combined.pem')} [alpn h2] ${domain}\n`);
    await change(config(), `crt '${file('certs')}'`, `crt-list ${file('list')}`);
    expect(await bad()).toMatchObject([
      { check: 'endpoint-declared', cure: expect.stringContaining('proxy_protocol: v1 }') },
    ]);
  });

  test('says in its own words why its configuration cannot be read', async () => {
    await change(config(), 'default_backend', 'default_backnd');
    const findings = await bad();
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['server-config', 'unknown'],
      ['certificate-used', 'unknown'],
    ]);
    expect(findings[0]?.message).toContain('default_backnd');
  });
});
