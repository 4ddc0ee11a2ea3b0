import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doctorTools } from '../../src/commands/doctor-tools.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { openNameTools } from '../../src/doctor/names/name-tools.ts';
import { lookAtNginx } from '../../src/doctor/nginx/look-at-nginx.ts';
import { lookAtWebroots } from '../../src/doctor/webroots/look-at-webroots.ts';
import { makeExamined } from '../support/make-examined.ts';
import { makeTarget } from '../support/make-observed.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { type Stack, startStack } from '../support/stack.ts';

const domain = 'webroot.certd.test';
const names = openNameTools(new AbortController().signal, () => 'token');
const onPort80 = process.env['CERTD_NETNS'] === 'inside';

describe.runIf(onPort80 && canBeOtherUsers())('certd doctor beside an nginx on port 80', () => {
  let stack: Stack;
  let root: string;
  beforeAll(async () => {
    stack = await startStack();
    root = join(stack.dir, 'state');
    await mkdir(join(root, 'issuer'), { recursive: true });
  });
  afterAll(() => stack.stop());

  /** The findings, once a site for the name says this. It leads to 127.0.0.1, unless nobody asks where. */
  async function found(
    site: string,
    webroot = stack.nginx.webroot,
    offline = false,
    listen = '127.0.0.1:80',
  ) {
    const text = `server { listen ${listen}; server_name ${domain}; ${site} }\n`;
    await writeFile(join(stack.nginx.sitesDir, 'a.conf'), text);
    const tools = await doctorTools(0, offline ? null : names);
    const host = makeExamined({
      root,
      targets: [makeTarget({ domains: [domain], challenge: { kind: 'webroot', path: webroot } })],
    });
    return short(await lookAtWebroots(host, await lookAtNginx(tools), tools));
  }

  const site = () => `nginx ${join(stack.nginx.sitesDir, 'a.conf')}:1 (${domain})`;

  test('is content with a site that serves the webroot, also by another path', async () => {
    const other = join(stack.dir, 'other');
    await symlink(stack.nginx.webroot, other);
    expect(await found(`root ${other};`)).toEqual([
      ['webroot-served', 'ok', site(), `it serves what certd puts into ${stack.nginx.webroot}`],
      ['webroot-access', 'ok', stack.nginx.webroot, 'the issuer, root, may write there'],
      ['webroot-access', 'ok', stack.nginx.webroot, expect.stringMatching(/^nginx, as \S+, may read there$/)],
    ]);
  });

  test('names another directory, a rule against hidden files and a redirect for all', async () => {
    expect((await found('root /var/www/html;'))[0]).toEqual([
      'webroot-served',
      'critical',
      site(),
      expect.stringContaining('/var/www/html/.well-known/acme-challenge, but certd puts them into '),
    ]);
    const [hidden] = await found(`root ${stack.nginx.webroot}; location ~ /\\. { deny all; }`);
    expect(hidden).toEqual(['webroot-served', 'critical', site(), expect.stringMatching(/:1 denies it$/)]);
    const [all] = await found('return 301 https://$host$request_uri;');
    expect(all?.slice(0, 2)).toEqual(['webroot-served', 'warning']);
  });

  test('does not mind what other sites do at addresses that the name does not lead to', async () => {
    const default_ =
      'server { listen 80 default_server; listen [::]:80 default_server; root /var/www/html; }';
    const status = 'server { listen 127.0.0.1:80; location / { stub_status; } }';
    const others = join(stack.nginx.sitesDir, '000default.conf');
    const served = async (offline: boolean) =>
      (await found(`root ${stack.nginx.webroot};`, undefined, offline, '80'))
        .filter(([check]) => check === 'webroot-served')
        .map(([, status, subject]) => [status, subject]);
    // Of this network, beside loopback.
    await stack.dns.setAddresses(domain, ['100.100.100.200']);
    await writeFile(others, default_);
    expect(await served(false)).toEqual([['ok', site()]]);
    expect(await served(true)).toEqual([['ok', site()]]);
    await writeFile(others, status);
    expect(await served(true)).toEqual([['ok', site()]]);
    await writeFile(others, default_);
    await stack.dns.setIpv6Addresses(domain, ['::1']);
    expect(await served(false)).toEqual([
      ['ok', site()],
      ['critical', `nginx ${others}:1 (${domain})`],
    ]);
    await rm(others);
    await stack.dns.clearAddresses(domain);
  });

  test('names a directory that the workers may not enter', async () => {
    const closed = join(stack.dir, 'closed');
    await mkdir(join(closed, 'www'), { recursive: true });
    await chmod(closed, 0o700);
    const webroot = join(closed, 'www');
    const [, , reading] = await found(`root ${webroot};`, webroot);
    expect(reading).toEqual([
      'webroot-access',
      'critical',
      webroot,
      expect.stringMatching(/^nginx, as \S+, may not enter .*\/closed$/),
    ]);
  });

  test('names a webroot that is not there, or has a symlink below it', async () => {
    const webroot = join(stack.dir, 'later');
    const writing = async () => (await found(`root ${webroot};`, webroot))[1];
    expect(await writing()).toEqual([
      'webroot-access',
      'critical',
      webroot,
      'it is not there, and certd does not make it',
    ]);
    await mkdir(webroot);
    await symlink(stack.dir, join(webroot, '.well-known'));
    expect((await writing())?.at(-1)).toBe(
      `${join(webroot, '.well-known')} is a symlink, which certd does not follow`,
    );
    await rm(webroot, { recursive: true });
  });

  test('tries to write as the owner of the issuer’s directory, where /etc/passwd knows it', async () => {
    await chown(join(root, 'issuer'), somebody.uid, somebody.gid);
    const writing = async () => (await found(`root ${stack.nginx.webroot};`))[1];
    const refused = await writing();
    expect(refused?.slice(0, 2)).toEqual(['webroot-access', 'critical']);
    expect(refused?.at(-1)).toMatch(/^the issuer, certd-app, may not write into /);
    await chown(stack.nginx.webroot, somebody.uid, somebody.gid);
    expect((await writing())?.slice(0, 2)).toEqual(['webroot-access', 'ok']);
    await rename(join(root, 'issuer'), join(root, 'gone'));
  });
});

function short(findings: readonly Finding[]) {
  return findings.map(({ check, status, subject, message }) => [check, status, subject, message]);
}
