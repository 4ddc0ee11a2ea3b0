import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { openReleaseKit, placeNode, type ReleaseKit } from '../support/booted/release-kit.ts';
import { startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const certificates = `[{ domains: [${name}], challenge: { standalone: { socket: systemd } } }]`;
const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer', 'certd-http.socket'];

const kept =
  'certd: certificates, keys and configuration are kept. Without them: rm -r /etc/certd /var/lib/certd\n';

let kit: ReleaseKit;
let host: UnitHost;

beforeAll(async () => {
  kit = openReleaseKit();
  host = await startUnitHost(placeNode);
  await host.succeed('systemctl', 'disable', '--now', 'nginx');
  kit.rpm(host.at('/0.1.rpm'), { version: '0.1' });
  kit.rpm(host.at('/0.2.rpm'), { version: '0.2' });
}, 300_000);

afterAll(async () => {
  await host?.stop();
  kit?.remove();
});

test('an rpm enables nothing without a configuration', async () => {
  await host.succeed('mv', '/etc/certd/config.yaml', '/config.yaml');
  const { code, stderr } = await rpm('--install', '/0.1.rpm');
  expect(code).toBe(0);
  expect(stderr).toContain('certd: installed, and nothing is enabled. Next: ');
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive', 'inactive']);
  expect(await host.succeed('stat', '--format=%U:%G %a', '/var/lib/certd/issuer', '/etc/certd')).toBe(
    'certd:certd 700\nroot:root 755\n',
  );
});

test('erased, it leaves nothing below /usr', async () => {
  expect(await rpm('--erase', 'certd')).toEqual({ code: 0, stdout: '', stderr: kept });
  expect(existsSync(host.at('/usr/lib/certd'))).toBe(false);
});

test('with a configuration it starts what that needs', async () => {
  host.configure(certificates);
  const mark = host.journal.mark();
  expect(await rpm('--install', '/0.1.rpm')).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  await said(mark, `${name}: deployed `);
});

test('an upgrade runs nothing while files are replaced, and then what ran before', async () => {
  const [mark, socket, live] = [host.journal.mark(), await invocation(), host.live(name)];
  expect(await rpm('--upgrade', '/0.2.rpm')).toEqual({ code: 0, stdout: '', stderr: '' });
  await said(mark, 'Started certd.service');
  expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  expect([await invocation(), host.live(name)]).toEqual([socket, live]);
  expect(host.journal.since(mark).map(({ message }) => message)).toContain('ended well: 0.1');
  expect(await host.show('certd-upgrade', 'ActiveState')).toBe('inactive');
  await waitUntil(
    'all is well',
    async () => /^OK: 1 /.test((await host.run(['certd', 'status', '--short'])).stdout) || null,
  );
});

test('an upgrade whose files cannot be unpacked leaves the version before, which runs again when the hold is over', async () => {
  placeFile(
    host.at('/'),
    '/run/systemd/system/certd-upgrade.service.d/test.conf',
    '[Service]\nExecStart=\nExecStart=/usr/bin/sleep 6\n',
  );
  const mark = host.journal.mark();
  // A directory in the place of a file.
  await host.succeed(
    'sh',
    '-c',
    'rm /usr/share/doc/certd/README.md; mkdir -p /usr/share/doc/certd/README.md/x',
  );
  expect((await rpm('--upgrade', '--oldpackage', '/0.1.rpm')).code).not.toBe(0);
  expect((await host.run(['systemctl', 'is-active', 'certd'])).stdout).toBe('inactive\n');
  await said(mark, 'Started certd.service');
  await host.succeed('rm', '-r', '/usr/share/doc/certd/README.md');
  expect(await host.succeed('rpm', '--dbpath=/var/lib/rpm', '--query', 'certd')).toMatch(/^certd-0\.2-1\./);
});

test('erased, it leaves certificates', async () => {
  const live = host.live(name);
  const { code, stderr } = await rpm('--erase', 'certd');
  expect(code).toBe(0);
  expect(stderr).toContain(kept);
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive', 'inactive']);
  expect((await host.run(['sh', '-c', 'ls -d /etc/systemd/system/*.wants/certd*'])).stdout).toBe('');
  expect(host.live(name)).toBe(live);
  expect(existsSync(host.at('/etc/certd/config.yaml'))).toBe(true);
});

/** Debian's rpm, which knows nothing of what dpkg has installed. */
function rpm(...words: readonly string[]) {
  return host.run(['rpm', '--force-debian', '--nodeps', '--dbpath=/var/lib/rpm', ...words]);
}

function invocation(): Promise<string> {
  return host.show('certd-http.socket', 'InvocationID');
}

function said(mark: number, text: string) {
  return host.journal.until(text, mark, ({ message }) => message.startsWith(text));
}

async function states(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-active', ...units])).stdout.trim().split('\n');
}
