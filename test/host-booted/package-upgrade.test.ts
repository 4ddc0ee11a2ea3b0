import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { openReleaseKit, placeNode, type ReleaseKit, type Variant } from '../support/booted/release-kit.ts';
import { dropIn, startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const certificates = `[{ domains: [${name}], challenge: { standalone: { socket: systemd } }, deploy: { hooks: [gated] } }]`;

/** Says that it is called, and waits while a FIFO is held for it. */
const gated = '#!/bin/sh\necho ran >>/run/ran\n[ ! -p /run/hold ] || exec cat /run/hold\n';

const all = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer', 'certd-http.socket'];
const services = ['certd.service', 'certd-deploy.service'];
const hold = 'certd-upgrade.service';

/** dpkg reads the files of a package from it: gives it a part, and then nothing. */
const half = `#!/bin/sh
[ "$1" = --fsys-tarfile ] || exec /usr/bin/dpkg-deb "$@"
/usr/bin/dpkg-deb "$@" | head -c 1000000
exec sleep 1000 2>/dev/null
`;

let kit: ReleaseKit;
let host: UnitHost;
let count = 0;

beforeAll(async () => {
  kit = openReleaseKit();
  host = await startUnitHost(placeNode);
  await host.succeed('systemctl', 'disable', '--now', 'nginx');
  placeFile(host.at('/'), '/usr/local/bin/gated', gated, 0o755);
  // For those who wait for half a minute by seconds.
  placeFile(host.at('/'), '/quick/sleep', '#!/bin/sh\nexec /usr/bin/sleep 0.1\n', 0o755);
  placeFile(host.at('/'), '/half/dpkg-deb', half, 0o755);
  host.configure(certificates);
  const mark = host.journal.mark();
  expect(await upgrade({})).toMatchObject({ code: 0 });
  await untilDeployed(mark);
}, 300_000);

afterAll(async () => {
  await host?.stop();
  kit?.remove();
});

beforeEach(async () => {
  await host.succeed('rm', '-rf', `/run/systemd/system/${hold}.d`);
  await host.succeed('rm', '-f', '/run/ran', '/run/hold');
});

test('an upgrade starts what ran on the new program, and state and port 80 are as they were', async () => {
  const before = {
    live: host.live(name),
    socket: await host.show('certd-http.socket', 'InvocationID'),
    pid: await host.show('certd', 'MainPID'),
  };
  const mark = host.journal.mark();
  expect(await upgrade({})).toMatchObject({ code: 0, stderr: '' });
  await untilStarted(mark);
  expect(await host.show('certd', 'MainPID')).not.toBe(before.pid);
  expect(await states(all)).toEqual(['active', 'active', 'active', 'active']);
  expect(await host.show('certd-http.socket', 'InvocationID')).toBe(before.socket);
  expect(host.live(name)).toBe(before.live);
  await untilStatusIs(/^OK: 1 certificate,/);
  expect(endings(mark)).toContain(`ended well: 0.${count - 1}`);
});

test('a connection to port 80 that comes while there are files of two versions is answered by the new one', async () => {
  expect((await dpkg(['--unpack', deb({})])).code).toBe(0);
  const asked = host.run([
    'curl',
    '--silent',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
    'http://127.0.0.1/',
  ]);
  await waitUntil(
    'systemd has seen the connection',
    async () => (await host.show('certd-http.socket', 'SubState')) === 'running' || null,
  );
  expect(await states(all)).toEqual(['inactive', 'active', 'active', 'active']);
  expect((await dpkg(['--configure', 'certd'])).code).toBe(0);
  expect((await asked).stdout).toBe('404');
});

test('a deploy that is under way ends with the program that it has begun with', async () => {
  const mark = await deployHeld();
  const upgraded = upgrade({});
  await untilHeldUp();
  await release();
  expect(await upgraded).toMatchObject({
    code: 0,
    stderr: 'certd: waiting for the deploy that is under way\n',
  });
  await untilDeployed(mark);
  expect(runs()).toBe(1);
  expect(
    host.journal
      .since(mark)
      .filter(({ unit }) => unit === 'certd-deploy.service')
      .map(({ message }) => message),
  ).toContain(`ended well: 0.${count - 1}`);
  expect(endings(mark).filter(text => text.includes('ERR_MODULE_NOT_FOUND'))).toEqual([]);
});

test('a deploy that does not end within half a minute is stopped, and taken up by the new program', async () => {
  const mark = await deployHeld();
  expect((await upgrade({}, '/quick:/usr/sbin:/usr/bin')).code).toBe(0);
  await waitUntil('the hook runs again', () => runs() === 2 || null);
  await release();
  await untilDeployed(mark);
  expect(runs()).toBe(2);
  expect(endings(mark).filter(text => text.includes('ERR_MODULE_NOT_FOUND'))).toEqual([]);
});

test('an upgrade starts nothing that did not run', async () => {
  const [stopped] = [['certd.service', 'certd-deploy.path', 'certd-deploy.timer']];
  await host.succeed('systemctl', 'disable', '--now', '--quiet', ...stopped);
  onTestFinished(
    async () => void (await host.succeed('systemctl', 'enable', '--now', '--quiet', ...stopped)),
  );
  // The last one that the path or the timer has started.
  await waitUntil('no deploy runs', async () => !(await states(services)).includes('activating') || null);
  const mark = host.journal.mark();
  expect((await upgrade({})).code).toBe(0);
  expect(await states([...stopped, 'certd-deploy.service', hold])).toEqual([
    'inactive',
    'inactive',
    'inactive',
    'inactive',
    'inactive',
  ]);
  expect(starts(mark)).toEqual([]);
  expect((await host.run(['systemctl', 'is-enabled', ...stopped])).stdout).toBe(
    'disabled\ndisabled\ndisabled\n',
  );
});

test('an upgrade whose files cannot be unpacked leaves the version before, which runs again', async () => {
  const mark = host.journal.mark();
  const { code, stderr } = await upgrade({ files: { 'usr/sbin/nginx': '' } });
  expect(code).toBe(1);
  expect(stderr).toContain("trying to overwrite '/usr/sbin/nginx'");
  await untilStarted(mark);
  await untilStatusIs(/^OK: /);
  expect(await installed()).toBe(`ii certd 0.${count - 1}`);
  expect(await states([hold])).toEqual(['inactive']);
});

test('a version whose own script fails runs when the hold is over, and again when its installation is finished', async () => {
  await holdFor(5);
  const failing = '#!/bin/sh\n[ ! -e /fail ] || exit 1\n';
  await host.succeed('touch', '/fail');
  const mark = host.journal.mark();
  const postinst = kit.script('postinst').replace('#!/bin/sh\n', failing);
  expect(await upgrade({ files: { 'DEBIAN/postinst': postinst } })).toMatchObject({ code: 1 });
  expect(await installed()).toBe(`iF certd 0.${count}`);
  expect(await states(services)).toEqual(['inactive', 'inactive']);
  const { at } = await untilStarted(mark);
  await host.succeed('rm', '/fail');
  expect((await dpkg(['--configure', '--pending'])).code).toBe(0);
  await untilStarted(at + 1);
  await untilStatusIs(/^OK: /);
  expect(await installed()).toBe(`ii certd 0.${count}`);
});

test('after kill -9 of dpkg while it waits for a deploy, old and new go on', async () => {
  const mark = await deployHeld();
  const killed = codeOf(upgrade({}));
  await untilHeldUp();
  await killDpkg();
  expect(await killed).toBe(137);
  await release();
  await untilDeployed(mark);
  expect(await states(['certd.service', hold])).toEqual(['active', 'activating']);
  expect((await upgrade({})).code).toBe(0);
  await untilStatusIs(/^OK: /);
  expect(await states([hold])).toEqual(['inactive']);
});

test('after kill -9 of dpkg while it waits for the daemon to end, what ran runs again when the hold is over', async () => {
  await dropIn(host, 'certd.service', '[Service]\nExecStop=/usr/bin/sleep 6\n');
  await holdFor(20);
  const mark = host.journal.mark();
  const killed = codeOf(upgrade({}));
  await waitUntil(
    'the daemon ends',
    async () => (await states(['certd.service']))[0] === 'deactivating' || null,
  );
  await killDpkg();
  expect(await killed).toBe(137);
  await waitUntil('it has ended', async () => (await states(['certd.service']))[0] === 'inactive' || null);
  expect(await states([hold])).toEqual(['activating']);
  expect(await host.succeed('systemctl', 'list-jobs', '--no-legend')).toMatch(
    / certd\.service +start +waiting/,
  );
  await untilStarted(mark);
  await host.succeed('rm', '-r', '/run/systemd/system/certd.service.d');
  await host.succeed('systemctl', 'daemon-reload');
  await untilStatusIs(/^OK: /);
});

test('a request to start the daemon while an upgrade waits for its end is no failure of the upgrade', async () => {
  await dropIn(host, 'certd.service', '[Service]\nExecStop=/usr/bin/sleep 6\n');
  const mark = host.journal.mark();
  const upgraded = upgrade({});
  await waitUntil(
    'the daemon ends',
    async () => (await states(['certd.service']))[0] === 'deactivating' || null,
  );
  // As a connection or the path does at any time.
  await host.succeed('systemctl', 'start', '--no-block', ...services);
  expect((await upgraded).code).toBe(0);
  await host.succeed('rm', '-r', '/run/systemd/system/certd.service.d');
  await host.succeed('systemctl', 'daemon-reload');
  await untilStarted(mark);
  await untilStatusIs(/^OK: /);
});

test('an upgrade with a masked deployer has the daemon run again', async () => {
  await host.succeed('systemctl', 'mask', '--runtime', '--quiet', 'certd-deploy.service');
  const mark = host.journal.mark();
  expect((await upgrade({})).code).toBe(0);
  await untilStarted(mark);
  await host.succeed('systemctl', 'unmask', '--runtime', '--quiet', 'certd-deploy.service');
  await untilStatusIs(/^OK: /);
});

test('after kill -9 of dpkg between two files the old version runs again, and the next try succeeds', async () => {
  await holdFor(8);
  const mark = host.journal.mark();
  const killed = codeOf(upgrade({}, '/half:/usr/sbin:/usr/bin'));
  await waitUntil(
    'there are new files beside the old ones',
    () => readdirSync(host.at('/usr/lib/certd/dist/chunks')).some(file => file.endsWith('.dpkg-new')) || null,
  );
  await killDpkg();
  expect(await killed).toBe(137);
  expect(await states(services)).toEqual(['inactive', 'inactive']);
  await untilStarted(mark);
  await untilStatusIs(/^OK: /);
  expect(await installed()).toBe(`iHR certd 0.${count - 1}`);
  expect((await upgrade({})).code).toBe(0);
  await untilStatusIs(/^OK: /);
  expect(await installed()).toBe(`ii certd 0.${count}`);
});

test('a host that loses its power before the new version is configured runs it, and again when that is done', async () => {
  expect((await dpkg(['--unpack', deb({})])).code).toBe(0);
  await host.cutPower();
  await untilStatusIs(/^OK: /);
  const mark = host.journal.mark();
  expect((await dpkg(['--configure', '--pending'])).code).toBe(0);
  await untilStarted(mark);
  await untilStatusIs(/^OK: /);
});

test('a new version that refuses the configuration says so, and runs once that is mended', async () => {
  await dropIn(host, 'certd.service', '[Service]\nRestartSec=100ms\n');
  host.configure(`${certificates}\nnonsense: 1`);
  const { code, stderr } = await upgrade({});
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^certd: this version REFUSES the configuration, .*\n.*there is no key `nonsense` here\n$/,
  );
  expect(await states(['certd-http.socket'])).toEqual(['active']);
  host.configure(certificates);
  await untilStatusIs(/^OK: /);
});

function upgrade(variant: Omit<Variant, 'version'>, path?: string) {
  return dpkg(['--install', deb(variant)], path);
}

function dpkg(words: readonly string[], path = '/usr/sbin:/usr/bin') {
  return host.run(['env', `PATH=${path}`, 'DEBIAN_FRONTEND=noninteractive', 'dpkg', ...words]);
}

/** Of everything that belongs to the installation, with the script that waits. */
async function killDpkg(): Promise<void> {
  await host.succeed('pkill', '--signal=KILL', '--full', 'dpkg|sleep 1000');
}

/** 137 for one that was killed: what runs it inside either says so or ends in the same way. */
function codeOf(command: ReturnType<typeof dpkg>): Promise<number> {
  return command.then(
    ({ code }) => code,
    ({ signal }) => (signal === 'SIGKILL' ? 137 : -1),
  );
}

/** What dpkg says of it: the state in letters, and the version. */
async function installed(): Promise<string> {
  const { stdout } = await host.run(['dpkg', '--list', 'certd']);
  return stdout.trim().split('\n').at(-1)?.split(/\s+/).slice(0, 3).join(' ') ?? '';
}

/** As shipped, but for those who have no quarter of an hour. */
async function holdFor(seconds: number): Promise<void> {
  await dropIn(host, hold, `[Service]\nExecStart=\nExecStart=/usr/bin/sleep ${seconds}\n`);
}

/** Has a deploy begin that waits in its hook. Says from where on the journal is about it. */
async function deployHeld(): Promise<number> {
  await untilStatusIs(/^OK: /);
  await host.succeed('mkfifo', '/run/hold');
  const mark = host.journal.mark();
  // It waits for the deploy, and is ended with the daemon.
  host.run(['certd', 'renew', name, '--force']).catch(() => {});
  await waitUntil('the hook runs', () => runs() === 1 || null);
  return mark;
}

async function release(): Promise<void> {
  await host.succeed('sh', '-c', 'echo >/run/hold; rm /run/hold');
}

function untilHeldUp() {
  return waitUntil(
    'the upgrade holds up what comes',
    async () => (await states([hold]))[0] === 'activating' || null,
  );
}

function runs(): number {
  const file = host.at('/run/ran');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

function starts(mark: number): readonly string[] {
  return host.journal
    .since(mark)
    .map(({ message }) => message)
    .filter(message => /^Start(ing|ed) certd/.test(message) && !message.includes(hold));
}

/** A deb of the next version, on the disk of the host. */
function deb(variant: Omit<Variant, 'version'>): string {
  count += 1;
  const file = '/next.deb';
  kit.deb(host.at(file), { version: `0.${count}`, ...variant });
  return file;
}

async function states(units: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await host.run(['systemctl', 'is-active', ...units]);
  return stdout.trim().split('\n');
}

function untilDeployed(mark: number) {
  return host.journal.until(`${name} is deployed`, mark, ({ message }) =>
    message.startsWith(`${name}: deployed `),
  );
}

function untilStarted(mark: number) {
  return host.journal.until('certd is started', mark, ({ message }) =>
    message.startsWith('Started certd.service'),
  );
}

function untilStatusIs(wanted: RegExp) {
  return waitUntil(
    `the status is ${wanted}`,
    async () => wanted.test((await host.run(['certd', 'status', '--short'])).stdout) || null,
  );
}

/** What the last part of each program says that has ended since. */
function endings(mark: number): readonly string[] {
  return host.journal
    .since(mark)
    .map(({ message }) => message)
    .filter(message => /^ended well|ERR_MODULE_NOT_FOUND/.test(message));
}
