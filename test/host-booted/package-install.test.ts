import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { openReleaseKit, placeNode, type ReleaseKit } from '../support/booted/release-kit.ts';
import { startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';
import { builtPackage } from '../support/built-package.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const certificates = `[{ domains: [${name}], challenge: { webroot: /var/www/certd }, deploy: { hooks: [systemctl try-reload-or-restart nginx] } }]`;
const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer', 'certd-http.socket'];
const next =
  'certd: installed, and nothing is enabled. Next: write /etc/certd/config.yaml (certd init --help), and';
const begin = '  systemctl enable --now $(certd check-config --units)';
const data = ['/etc/certd/config.yaml', '/var/lib/certd/LAYOUT'];
/** Of Debian 11, whose own units are in /lib: the same directory, under a name that certd has none in. */
const unitsOfOthers =
  "dpkg: warning: while removing certd, directory '/usr/lib/systemd/system' not empty so not removed";

let host: UnitHost;
let kit: ReleaseKit;

beforeAll(async () => {
  kit = openReleaseKit();
  host = await startUnitHost(root => {
    placeNode(root);
    // As it is shipped, and one that takes less time.
    placeFile(root, '/shipped.deb', readFileSync(builtPackage('deb')));
    kit.deb(join(root, 'certd.deb'), { version: '0.1' });
  });
}, 300_000);

afterAll(async () => {
  await host?.stop();
  kit?.remove();
});

test('without a configuration the package enables nothing, and says what is next', async () => {
  await host.succeed('mv', '/etc/certd/config.yaml', '/config.yaml');
  const { code, stderr } = await dpkg('--install', '/shipped.deb');
  expect({ code, lines: linesOf(stderr) }).toEqual({ code: 0, lines: [next, begin] });
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive', 'inactive']);
  expect(await enabled()).toEqual(['disabled', 'disabled', 'disabled', 'disabled']);
  expect(await host.succeed('stat', '--format=%U:%G %a', '/var/lib/certd/issuer', '/etc/certd')).toBe(
    'certd:certd 700\nroot:root 755\n',
  );
  expect((await dpkg('--purge', 'certd')).code).toBe(0);
});

test('with a bad configuration it is installed, and enables nothing', async () => {
  host.configure('[]\nnonsense: 1');
  const { code, stderr } = await dpkg('--install', '/certd.deb');
  expect(code).toBe(0);
  expect(linesOf(stderr)).toEqual([
    expect.stringContaining('there is no key `nonsense` here'),
    'certd: /etc/certd/config.yaml is refused as said above, so nothing is enabled. Mend it, and',
    begin,
  ]);
  expect(await enabled()).toEqual(['disabled', 'disabled', 'disabled', 'disabled']);
  expect((await dpkg('--purge', 'certd')).code).toBe(0);
});

test('with a good one it starts what that needs, until there is a certificate', async () => {
  host.configure(certificates);
  const mark = host.journal.mark();
  const { code, stderr } = await dpkg('--install', '/certd.deb');
  expect({ code, lines: linesOf(stderr) }).toEqual({ code: 0, lines: [] });
  expect(await states()).toEqual(['active', 'active', 'active', 'inactive']);
  expect(await enabled()).toEqual(['enabled', 'enabled', 'enabled', 'disabled']);
  await untilDeployed(mark);
  await host.addSite(name);
  await host.untilPresented(name);
});

test('a removal that is broken off starts what ran, and leaves alone what an operator has stopped and disabled', async () => {
  await host.succeed('systemctl', 'disable', '--now', '--quiet', 'certd-deploy.timer');
  const script = '/var/lib/dpkg/info/certd.prerm';
  await host.succeed('sed', '-i', '$a exit 1', script);
  expect((await dpkg('--remove', 'certd')).code).toBe(1);
  expect(await states()).toEqual(['active', 'active', 'inactive', 'inactive']);
  expect(await enabled()).toEqual(['enabled', 'enabled', 'disabled', 'disabled']);
  await host.succeed('sed', '-i', '$d', script);
  await host.succeed('systemctl', 'enable', '--now', '--quiet', 'certd-deploy.timer');
});

test('removed, it leaves certificates, and a server that goes on with them, also after its restart', async () => {
  const live = host.live(name);
  const { code, stderr } = await dpkg('--remove', 'certd');
  expect({ code, lines: linesOf(stderr) }).toEqual({ code: 0, lines: [] });
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive', 'inactive']);
  expect(existsSync(host.at('/usr/lib/certd'))).toBe(false);
  expect((await host.run(['sh', '-c', 'ls -d /etc/systemd/system/*.wants/certd*'])).stdout).toBe('');
  expect(await host.succeed('systemctl', '--failed', '--no-legend')).toBe('');
  await host.succeed('systemctl', 'restart', 'nginx');
  expect((await host.presented(name)).pem).toBe(live);
});

test('installed again, it goes on with the certificate that is there', async () => {
  const [live, orders] = [host.live(name), host.ca.pebble.orders()];
  expect((await dpkg('--install', '/certd.deb')).code).toBe(0);
  expect(await enabled()).toEqual(['enabled', 'enabled', 'enabled', 'disabled']);
  await waitUntil(
    'it finds all well',
    async () => /^OK: 1 /.test((await host.run(['certd', 'status', '--short'])).stdout) || null,
  );
  expect(host.live(name)).toBe(live);
  expect(host.ca.pebble.orders()).toBe(orders);
});

test('a server whose drop-in waits for its first files starts as soon as they are there', async () => {
  await waitFor('first.certd.test');
  const mark = host.journal.mark();
  await host.succeed('systemctl', 'start', '--no-block', 'server');
  await said(mark, 'Starting certd-wait@first.certd.test.service');
  expect(await host.show('server', 'ActiveState')).toBe('inactive');
  host.configure(
    `[{ domains: [first.certd.test], challenge: { webroot: /var/www/certd }, deploy: { hooks: [systemctl try-reload-or-restart server] } }]`,
  );
  await host.succeed('systemctl', 'reload', 'certd');
  await said(mark, 'Started server.service');
  expect(existsSync(host.at('/var/lib/certd/live/first.certd.test/privkey.pem'))).toBe(true);
  await said(mark, 'first.certd.test: deployed ');
});

test('where they do not come it starts all the same when its patience is over', async () => {
  await waitFor('never-comes.certd.test');
  expect(await host.show('certd-wait@never-comes.certd.test', 'TimeoutStartUSec')).toBe('5min');
  placeFile(
    host.at('/'),
    '/run/systemd/system/certd-wait@.service.d/test.conf',
    '[Service]\nTimeoutStartSec=1s\n',
  );
  await host.succeed('systemctl', 'daemon-reload');
  const mark = host.journal.mark();
  await host.succeed('systemctl', 'restart', 'server');
  await said(mark, 'Started server.service');
  expect((await host.run(['systemctl', 'is-failed', 'certd-wait@never-comes.certd.test'])).stdout).toBe(
    'failed\n',
  );
});

test('a purge where nobody can be asked keeps certificates and configuration, and says how they go', async () => {
  const { code, stderr } = await dpkg('--purge', 'certd');
  expect({ code, lines: linesOf(stderr).filter(line => line !== unitsOfOthers) }).toEqual({
    code: 0,
    lines: [
      'certd: certificates, keys and configuration are kept. Without them: rm -r /etc/certd /var/lib/certd',
    ],
  });
  for (const file of data) expect(existsSync(host.at(file))).toBe(true);
});

test.each([
  ['no', true],
  ['yes', false],
])('a purge asks, and goes by the answer %s', async (answer, isKept) => {
  expect((await dpkg('--install', '/certd.deb')).code).toBe(0);
  placeFile(
    host.at('/'),
    '/answer',
    `#!/bin/sh\ncp "$1" /asked\nsed -i 's/^certd.purge-data=.*/certd\\/purge-data="${answer}"/' "$1"\n`,
    0o755,
  );
  const { code, stderr } = await host.run([
    'env',
    'DEBIAN_FRONTEND=editor',
    'EDITOR=/answer',
    'VISUAL=/answer',
    'TERM=dumb',
    'dpkg',
    '--purge',
    'certd',
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(readFileSync(host.at('/asked'), 'utf8')).toContain('Remove all certificates, keys and accounts?');
  for (const file of [...data, '/var/www/certd'])
    expect([file, existsSync(host.at(file))]).toEqual([file, isKept]);
});

function dpkg(...words: readonly string[]) {
  return host.run(['env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', ...words]);
}

/** Without what systemd-sysusers says of the user that it makes. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').filter(line => line !== '' && !/^Creating (user|group) /.test(line));
}

/** A server that starts after the first files of a certificate. */
async function waitFor(certificate: string): Promise<void> {
  const unit = `certd-wait@${certificate}.service`;
  placeFile(
    host.at('/'),
    '/etc/systemd/system/server.service',
    '[Service]\nExecStart=/usr/bin/sleep infinity\nExecReload=/usr/bin/true\n',
  );
  placeFile(
    host.at('/'),
    '/etc/systemd/system/server.service.d/certd.conf',
    `[Unit]\nWants=${unit}\nAfter=${unit}\n`,
  );
  await host.succeed('systemctl', 'daemon-reload');
}

function said(mark: number, text: string) {
  return host.journal.until(text, mark, ({ message }) => message.startsWith(text));
}

function untilDeployed(mark: number) {
  return said(mark, `${name}: deployed `);
}

async function states(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-active', ...units])).stdout.trim().split('\n');
}

async function enabled(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-enabled', ...units])).stdout.trim().split('\n');
}
