import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

  test('erased before it has had a certificate, it leaves no rule', async () => {
    const { code, output } = await host.run(`${rpm} --erase certd`);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringContaining('could not') });
    expect((await host.run(`grep -v '^#' ${rules} | grep .`)).output).toBe('');
  });

  async function types(...paths: readonly string[]): Promise<readonly string[]> {
    const labels = await host.succeed(`stat -L -c %C ${paths.join(' ')}`);
    return labels
      .trim()
      .split('\n')
      .map(each => each.split(':')[2] ?? each);
  }
});
