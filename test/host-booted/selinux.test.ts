import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { type SelinuxHost, startSelinuxHost } from '../support/booted/selinux-host.ts';
import { builtPackage } from '../support/built-package.ts';

const rule = '/var/lib/certd/(live|deployed)(/.*)?    system_u:object_r:cert_t:s0\n';
const rules = '/etc/selinux/default/contexts/files/file_contexts.local';
const rpm = 'rpm --force-debian --nodeps';

/** A kernel that runs as a process is in Debian for x86-64 only. */
describe.skipIf(process.arch !== 'x64')('where SELinux is enforced', () => {
  let host: SelinuxHost;

  beforeAll(async () => {
    host = await startSelinuxHost(disk => cpSync(builtPackage('rpm'), join(disk, 'certd.rpm')));
  }, 900_000);

  afterAll(() => host?.stop());

  test('an rpm labels what it installs by the policy, and certificates by one rule of its own', async () => {
    expect(await host.succeed('cat /sys/fs/selinux/enforce')).toBe('1');
    const { code, output } = await host.run(`${rpm} --install /certd.rpm`);
    expect(code, output).toBe(0);
    expect(output).not.toContain('could not');
    expect(await host.succeed(`grep -v '^#' ${rules} | grep .`)).toBe(rule);
    expect(await types('/usr/bin/certd', '/usr/lib/certd/node', '/etc/certd', '/var/www/certd')).toEqual([
      'bin_t',
      'lib_t',
      'etc_t',
      'httpd_sys_content_t',
    ]);
    expect(
      await types(...['', '/issuer', '/live', '/deployed'].map(each => `/var/lib/certd${each}`)),
    ).toEqual(['var_lib_t', 'var_lib_t', 'cert_t', 'cert_t']);
  });

  test('doctor says which label keeps a web server from a webroot, and its cure helps', async () => {
    await host.succeed('install -d -o certd -m 0755 /data/acme/.well-known/acme-challenge');
    await host.succeed('echo here >/data/acme/.well-known/acme-challenge/token');
    await write('/etc/nginx/nginx.conf', nginx);
    await write('/etc/certd/config.yaml', config);
    await host.succeed('systemctl restart nginx');
    expect(await fetched()).toMatch(/403$/);
    const { status, message, cure } = await found();
    const words =
      'nginx (system_u:system_r:httpd_t:s0) may not read what has the label system_u:object_r:root_t:s0, as /data/acme/.well-known/acme-challenge has';
    expect([status, message]).toEqual(['critical', `SELinux refuses it: ${words}`]);

    await host.succeed('setenforce 0');
    expect(await fetched()).toBe('here\n200');
    expect(await found()).toMatchObject({
      status: 'warning',
      message: `SELinux only logs it, and would refuse it once that is enforced: ${words}`,
    });
    await host.succeed('setenforce 1');

    const [, command = ''] = /`(semanage .*?)`/.exec(cure ?? '') ?? [];
    await host.succeed(command.replaceAll('DIR', '/data/acme'));
    expect(await fetched()).toBe('here\n200');
    expect(await found()).toMatchObject({
      status: 'ok',
      message: 'SELinux lets nginx read what has the label system_u:object_r:httpd_sys_content_t:s0',
    });
  });

  test('erased before it has had a certificate, it leaves no rule', async () => {
    const { code, output } = await host.run(`${rpm} --erase certd`);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringContaining('could not') });
    // That of the webroot is not its own.
    expect(await host.succeed(`grep -v '^#' ${rules} | grep .`)).toMatch(/^\/data\/acme\S+ +\S+\n$/);
  });

  async function types(...paths: readonly string[]): Promise<readonly string[]> {
    const labels = await host.succeed(`stat -L -c %C ${paths.join(' ')}`);
    return labels
      .trim()
      .split('\n')
      .map(each => each.split(':')[2] ?? each);
  }

  async function write(path: string, text: string): Promise<void> {
    await host.succeed(`cat >${path} <<'END'\n${text}\nEND`);
  }

  /** What nginx answers a CA, and the status. */
  async function fetched(): Promise<string> {
    return host.succeed(
      "curl --silent --show-error --write-out '%{http_code}' http://localhost/.well-known/acme-challenge/token",
    );
  }

  /** What doctor says of the webroot’s label to an administrator who has logged in. */
  async function found(): Promise<Finding> {
    const login = 'runcon unconfined_u:unconfined_r:unconfined_t:s0';
    const { output } = await host.run(`${login} certd doctor --offline --json 2>/dev/null`);
    const { findings }: { findings: readonly Finding[] } = JSON.parse(output);
    const [finding, ...others] = findings.filter(({ check }) => check === 'webroot-label');
    if (finding === undefined || others.length > 0) throw new Error(`not one finding: ${output}`);
    return finding;
  }
});

const config = `account: { email: ops@certd.test, agree_tos: true }
certificates: [{ domains: [www.certd.test], challenge: { webroot: /data/acme } }]`;

const nginx = `user www-data;
pid /run/nginx.pid;
events {}
http {
  server {
    listen 80;
    location /.well-known/acme-challenge/ { root /data/acme; }
  }
}`;
