import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { openReleaseKit, placeNode, type ReleaseKit } from '../support/booted/release-kit.ts';
import type { Outcome } from '../support/booted/run-inside.ts';
import { placeCa, startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';
import { readText } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const certificates = `[{ domains: [${name}], challenge: { webroot: /var/www/certd } }]`;
const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer'];
const readme = 'usr/share/doc/certd/README.md';
const fresh = ['/etc/certd', '/var/lib/certd', '/usr/bin/certd', '/usr/lib/certd'];
const odd = '/a [b]*?{c,d} %{name} \\e.rpm';

/** Debian's rpm, which knows nothing of what dpkg has installed, with the words that it wants for that. */
const rpm = `#!/bin/sh
case $1 in -U | -e) set -- --force-debian --nodeps "$@" ;; esac
exec /usr/bin/rpm --dbpath=/var/lib/rpm "$@"
`;

let kit: ReleaseKit;
let host: UnitHost;

beforeAll(async () => {
  kit = openReleaseKit();
  host = await startUnitHost(placeNode);
  placeFile(host.at('/'), '/rpm/rpm', rpm, 0o755);
  placeFile(host.at('/'), '/install.sh', readText('scripts/install.sh'));
  for (const version of ['0.9', '0.10']) kit.rpm(host.at(`/${version}.rpm`), { version });
  kit.rpm(host.at('/again.rpm'), { version: '0.9', files: { [readme]: 'another build\n' } });
  placeFile(host.at('/'), '/text.rpm', 'no rpm\n');
  host.configure(certificates);
}, 300_000);

afterAll(async () => {
  await host?.stop();
  kit?.remove();
});

test('what is no rpm is refused, and without a configuration nothing starts', async () => {
  expect(await install('--package', '/text.rpm')).toMatchObject({ code: 65 });
  await host.succeed('mv', '/etc/certd/config.yaml', '/config.yaml');
  const outcome = await install('--package', '/0.9.rpm');
  expect(outcome, outcome.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^UNKNOWN: .*config-unreadable: [^\n]*; 0 certificates\n$/),
  });
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive']);
});

test('a path is taken as it is, though rpm takes patterns and macros', async () => {
  expect(await install('--remove')).toMatchObject({ code: 0 });
  await host.succeed('cp', '/0.9.rpm', odd);
  const outcome = await install('--package', odd);
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  expect(await installed()).toBe('0.9-1');
});

test('with one it starts what that needs, and the same again restarts nothing', async () => {
  const wish = ['--package', '/0.9.rpm', '--config', '/config.yaml'];
  const first = await install(...wish);
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active', 'active', 'active']);
  await untilLive();
  const before = await host.show('certd.service', 'InvocationID');
  const again = await install(...wish);
  expect(again, again.stderr).toEqual({ code: 0, stdout: expect.stringMatching(/^OK: 1 /), stderr: '' });
  expect(await host.show('certd.service', 'InvocationID')).toBe(before);
});

test('another build of the same version is installed, and starts anew what ran', async () => {
  const before = await host.show('certd.service', 'InvocationID');
  const outcome = await install('--package', '/again.rpm');
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  expect(outcome.stderr).not.toContain('older');
  expect([await installed(), await host.succeed('cat', `/${readme}`)]).toEqual(['0.9-1', 'another build\n']);
  await untilActive();
  const after = await host.show('certd.service', 'InvocationID');
  expect(after).not.toBe(before);
  expect(await install('--package', '/again.rpm')).toMatchObject({ code: 0, stderr: '' });
  expect(await host.show('certd.service', 'InvocationID')).toBe(after);
});

test('a newer one is an upgrade, and the older one the way back', async () => {
  const newer = await install('--package', '/0.10.rpm');
  expect(newer, newer.stderr).toMatchObject({ code: 0 });
  expect(newer.stderr).not.toContain('older');
  expect(await installed()).toBe('0.10-1');
  await untilActive();
  const back = await install('--package', '/0.9.rpm');
  expect(back, back.stderr).toMatchObject({ code: 0 });
  expect(back.stderr).toContain('install.sh: going back from certd 0.10-1 to the older 0.9-1\n');
  expect(await installed()).toBe('0.9-1');
  await untilActive();
});

test('a disk that fills up meanwhile is said as such, and the version before stays', async () => {
  placeFile(
    host.at('/'),
    '/full/rpm',
    `#!/bin/sh\n[ "$1" != -U ] || { echo 'error: unpacking of archive failed: cpio: write failed - No space left on device' >&2; exit 1; }\nexec /rpm/rpm "$@"\n`,
    0o755,
  );
  const outcome = await run('/full', '--package', '/0.10.rpm');
  expect(outcome).toMatchObject({ code: 73, stdout: '' });
  expect(outcome.stderr).toMatch(
    /cpio: write failed.*\ninstall\.sh: a disk has no room; running this again mends it\n$/,
  );
  expect(await installed()).toBe('0.9-1');
});

test('a removal leaves certificates, and a purge nothing', async () => {
  const live = host.live(name);
  const removed = await install('--remove');
  expect(removed, removed.stderr).toMatchObject({ code: 0, stdout: '' });
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive']);
  expect(host.live(name)).toBe(live);
  expect(existsSync(host.at('/usr/bin/certd'))).toBe(false);
  const purged = await install('--remove', '--purge', '--yes');
  expect(purged, purged.stderr).toMatchObject({ code: 0, stdout: '' });
  expect(fresh.filter(path => existsSync(host.at(path)))).toEqual([]);
});

test('an installation for an image enables the units, and a purge takes them away', async () => {
  placeCa(host.at('/'), host.ca);
  host.configure(certificates);
  const images = await install('--package', '/0.9.rpm', '--no-start');
  expect(images, images.stderr).toMatchObject({ code: 0 });
  expect(await host.succeed('systemctl', 'is-enabled', ...units)).toBe('enabled\n'.repeat(3));
  expect(await states()).toEqual(['inactive', 'inactive', 'inactive']);
  expect(await install('--remove', '--purge', '--yes')).toMatchObject({ code: 0 });
  expect(fresh.filter(path => existsSync(host.at(path)))).toEqual([]);
});

function install(...args: readonly string[]): Promise<Outcome> {
  return run('/rpm', ...args);
}

function run(programs: string, ...args: readonly string[]): Promise<Outcome> {
  return host.run(['sh', '/install.sh', ...args], { env: { PATH: `${programs}:/usr/sbin:/usr/bin` } });
}

async function installed(): Promise<string> {
  return host.succeed('/rpm/rpm', '-q', '--qf', '%{VERSION}-%{RELEASE}', 'certd');
}

async function states(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-active', ...units])).stdout.trim().split('\n');
}

function untilActive(): Promise<true> {
  return waitUntil('it runs again', async () =>
    (await states()).every(state => state === 'active') ? true : null,
  );
}

function untilLive(): Promise<true> {
  return waitUntil(`${name} is live`, () =>
    existsSync(host.at(`/var/lib/certd/live/${name}/cert.pem`)) ? true : null,
  );
}
