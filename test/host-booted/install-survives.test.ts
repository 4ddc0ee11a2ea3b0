import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import type { Outcome } from '../support/booted/run-inside.ts';
import {
  type InstallRoom,
  installedAlone,
  openInstallRoom,
  secret,
} from '../support/installer/install-room.ts';
import { lastLine } from '../support/installer/last-line.ts';
import { writeSmallDeb, writeSmallTarball } from '../support/installer/small-package.ts';
import { waitUntil } from '../support/wait-until.ts';

let room: InstallRoom;

beforeEach(async () => {
  room = await openInstallRoom();
});

afterEach(() => room?.stop());

/** Says that it has begun, and waits while a FIFO is held for it. */
const gated = '#!/bin/sh\necho $PPID $$ >/run/begun\n[ ! -p /run/hold ] || read -r _ </run/hold\n';

test('a disk that fills up while dpkg unpacks is said as such', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const dpkg =
    '#!/bin/sh\necho "dpkg: error processing archive: failed to write: No space left on device" >&2\nexit 1\n';
  placeFile(room.at('/'), '/full/dpkg', dpkg, 0o755);
  const env = { PATH: '/full:/usr/sbin:/usr/bin' };
  await full(
    room.install(['--package', '/p/certd.deb'], { env }),
    'a disk has no room; running this again mends it',
  );
});

test.each([
  ['curl', 'wget'],
  ['wget', 'curl'],
])('a URL is downloaded by %s, whose arguments do not show it', async (_, other) => {
  room.put('certd.deb', file => writeSmallDeb(file));
  await room.without([other], async () => {
    const args = ['--package', room.url('certd.deb'), '--sha256', room.sha256('certd.deb')];
    expect(await room.install(args)).toEqual(installedAlone);
  });
  const downloaders = room.takeDownloaders();
  expect(downloaders).toHaveLength(1);
  expect(downloaders.join()).not.toContain(secret);
  expect(await room.succeed('ls', '-A', '/tmp')).toBe('');
});

test('a second run with the same package does not call dpkg', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const args = ['--package', '/p/certd.deb'];
  await room.succeed('useradd', '--system', 'certd');
  expect(await room.install(args)).toEqual(installedAlone);
  const log = await room.succeed('cat', '/var/log/dpkg.log');
  expect(await room.install(args)).toEqual(installedAlone);
  expect(await room.succeed('cat', '/var/log/dpkg.log')).toBe(log);
});

test('another build of the same version is installed, be it the program that differs or a script', async () => {
  const scripts = { postinst: '#!/bin/sh\necho ran >>/run/ran\n' };
  await room.succeed('useradd', '--system', 'certd');
  room.put('1.deb', file => writeSmallDeb(file));
  room.put('2.deb', file => writeSmallDeb(file, { build: 'second' }));
  room.put('3.deb', file => writeSmallDeb(file, { build: 'second', scripts }));
  const installs = async (name: string) => {
    const outcome = await room.install(['--package', `/p/${name}`]);
    expect(outcome, outcome.stderr).toEqual(installedAlone);
    expect(outcome.stderr).not.toContain('older');
    return (await room.succeed('cat', '/var/log/dpkg.log')).split(' status installed certd:').length - 1;
  };
  expect([await installs('1.deb'), await installs('2.deb')]).toEqual([1, 2]);
  expect(readFileSync(room.at('/usr/bin/certd'), 'utf8')).toContain('# second\n');
  expect([await installs('3.deb'), await installs('3.deb'), await installs('1.deb')]).toEqual([3, 3, 4]);
  expect(readFileSync(room.at('/run/ran'), 'utf8')).toBe('ran\n');
  expect(readFileSync(room.at('/usr/bin/certd'), 'utf8')).toContain('# first\n');
});

test('an older package is installed too, with a line about it; a newer one without', async () => {
  room.put('old.deb', file => writeSmallDeb(file, { version: '0.9.0' }));
  room.put('new.deb', file => writeSmallDeb(file, { version: '0.10.0' }));
  expect((await room.install(['--package', '/p/old.deb'])).stderr).not.toContain('older');
  expect((await room.install(['--package', '/p/new.deb'])).stderr).not.toContain('older');
  const back = await room.install(['--package', '/p/old.deb']);
  expect(back).toEqual(installedAlone);
  expect(back.stderr).toContain('install.sh: going back from certd 0.10.0 to the older 0.9.0\n');
  expect(await version()).toBe('installed 0.9.0');
});

test.each([['preinst'], ['postinst']])(
  'a run that was killed in %s is mended by the next one',
  async script => {
    room.put('certd.deb', file => writeSmallDeb(file, { scripts: { [script]: gated } }));
    await room.succeed('mkfifo', '/run/hold');
    const killed = room.run([
      'sh',
      '-c',
      'echo $$ >/run/installer; exec sh /install.sh --package /p/certd.deb',
    ]);
    const begun = () => readFileSync(room.at('/run/begun'), 'utf8').trim();
    const pids = await waitUntil('dpkg runs the script', () => begun() || null);
    await room.succeed('sh', '-c', `kill -KILL $(cat /run/installer)`);
    // dpkg goes on, so another run would disturb it.
    expect(await room.install(['--package', '/p/certd.deb'])).toMatchObject({ code: 75 });
    await room.succeed('kill', '-KILL', ...pids.split(' '));
    await killed;
    expect(await version()).not.toBe('installed 0.1.0');
    await room.succeed('rm', '/run/hold');
    expect(await room.install(['--package', '/p/certd.deb'])).toEqual(installedAlone);
    expect(await version()).toBe('installed 0.1.0');
    expect(await room.succeed('ls', '-A', '/tmp')).toBe('');
  },
);

test('a run that was killed before its tree was complete has left nothing that the next one could take for one', async () => {
  room.put('certd.tar.xz', file => writeSmallTarball(file));
  placeFile(room.at('/'), '/stop/sync', gated, 0o755);
  await room.succeed('mkfifo', '/run/hold');
  const killed = room.install(['--package', '/p/certd.tar.xz'], {
    env: { PATH: '/stop:/usr/sbin:/usr/bin' },
  });
  const begun = () => readFileSync(room.at('/run/begun'), 'utf8').trim();
  const pids = await waitUntil('the tree is unpacked', () => begun() || null);
  await room.succeed('kill', '-KILL', ...pids.split(' '));
  await killed;
  expect(await room.succeed('ls', '-A', '/opt')).toBe('.certd-new\n');
  await room.install(['--package', '/p/missing.deb']);
  expect(await room.succeed('ls', '-A', '/opt', '/tmp')).toBe('/opt:\n\n/tmp:\n');
});

test('what dpkg refuses is said in its words, and a better package mends it', async () => {
  room.put('bad.deb', file =>
    writeSmallDeb(file, { scripts: { postinst: '#!/bin/sh\necho no luck >&2\nexit 1\n' } }),
  );
  room.put('good.deb', file => writeSmallDeb(file));
  const outcome = await room.install(['--package', '/p/bad.deb']);
  expect(outcome).toMatchObject({ code: 70, stdout: '' });
  expect(outcome.stderr).toContain('\nno luck\n');
  expect(lastLine(outcome)).toBe('install.sh: dpkg failed; running this again mends it');
  expect(await room.install(['--package', '/p/good.deb'])).toEqual(installedAlone);
});

test('another program that installs packages is waited for, and not for ever', async () => {
  room.put('other.deb', file => writeSmallDeb(file, { name: 'other', scripts: { postinst: gated } }));
  room.put('certd.deb', file => writeSmallDeb(file));
  await room.succeed('mkfifo', '/run/hold');
  const other = room.run(['dpkg', '-i', '/p/other.deb']);
  await waitUntil('dpkg holds its lock', () => readFileSync(room.at('/run/begun'), 'utf8') || null);
  // Seconds that pass at once.
  placeFile(room.at('/'), '/quick/sleep', '#!/bin/sh\necho >>/run/waited\n', 0o755);
  const quick = { env: { PATH: '/quick:/usr/sbin:/usr/bin' } };
  const outcome = await room.install(['--package', '/p/certd.deb'], quick);
  expect(outcome).toMatchObject({ code: 75, stdout: '' });
  expect(lastLine(outcome)).toBe(
    'install.sh: another program is installing packages; running this again mends it',
  );
  const waiting = room.install(['--package', '/p/certd.deb']);
  await waitUntil('it has asked once', async () =>
    (await room.run(['sh', '-c', 'test -s /tmp/certd-install.*/log'])).code === 0 ? true : null,
  );
  await room.succeed('sh', '-c', 'echo >/run/hold');
  expect(await waiting).toEqual(installedAlone);
  expect(await other).toMatchObject({ code: 0 });
});

test('a dpkg that names the program with the lock, as that of Debian 13 does, is waited for as well', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const words = 'dpkg: error: dpkg frontend lock was locked by apt-get process with pid 7';
  placeFile(room.at('/'), '/quick/sleep', '#!/bin/sh\n', 0o755);
  placeFile(room.at('/'), '/quick/dpkg', `#!/bin/sh\necho "${words}" >&2\nexit 2\n`, 0o755);
  const quick = { env: { PATH: '/quick:/usr/sbin:/usr/bin' } };
  const outcome = await room.install(['--package', '/p/certd.deb'], quick);
  expect(outcome).toMatchObject({ code: 75, stdout: '' });
});

test('a full disk is said before anything is written, and where it fills up meanwhile', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  room.put('large.tar.xz', file => writeSmallTarball(file, { ballast: 230_000_000 }));
  const url = (name: string) => ['--package', room.url(name), '--sha256', '0'.repeat(64)];
  await room.succeed('mkdir', '/small', '/var/small');
  const in_ = { env: { TMPDIR: '/small' } };
  await mount('1m', '/small');
  await full(
    room.install(url('certd.deb'), in_),
    '/small has 1 MB left, and certd needs 60; nothing was done',
  );
  await mount('64k', '/small');
  const input = 'x'.repeat(100_000);
  await full(
    room.install(['--package', '/p/certd.deb', '--config', '-'], { ...in_, input }),
    '/small has no room; nothing was done',
  );
  await mount('61m', '/small');
  for (const other of ['curl', 'wget'])
    await room.without([other], () =>
      full(
        room.install(url('endless.deb'), in_),
        '/small has 0 MB left, and certd needs 1; nothing was done',
      ),
    );
  await mount('100m', '/opt');
  await full(
    room.install(['--package', '/p/large.tar.xz']),
    '/opt has 100 MB left, and certd needs 200; running this again mends it',
  );
  await mount('205m', '/opt');
  await full(
    room.install(['--package', '/p/large.tar.xz']),
    '/opt has 0 MB left, and certd needs 1; running this again mends it',
  );
  expect(await room.succeed('ls', '-A', '/opt', '/small', '/tmp')).toBe('/opt:\n\n/small:\n\n/tmp:\n');
  await mount('100m', '/var/small');
  await room.succeed('mkdir', '/var/small/u', '/var/small/w');
  const layers = 'lowerdir=/usr,upperdir=/var/small/u,workdir=/var/small/w';
  await room.succeed('mount', '-t', 'overlay', '-o', layers, 'overlay', '/usr');
  await full(
    room.install(['--package', '/p/certd.deb']),
    '/usr has 100 MB left, and certd needs 200; running this again mends it',
  );
});

test('another user can neither keep it from starting nor lose anything by it, and what root has left goes', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const theirs = ['/tmp/certd-install', '/tmp/certd-install.AbCdEf'];
  const make = `setpriv --reuid=www-data --clear-groups mkdir -p ${theirs.join(' ')}`;
  await room.succeed('sh', '-c', `chmod 1777 /tmp; mkdir -p /tmp/certd-install.XyZ123/e; ${make}`);
  // As one who waits for the moment in which the name is free.
  placeFile(room.at('/'), '/quick/rm', `#!/bin/sh\n/usr/bin/rm "$@" && ${make}\n`, 0o755);
  const outcome = await room.install(['--package', '/p/certd.deb'], {
    env: { PATH: '/quick:/usr/sbin:/usr/bin' },
  });
  expect(outcome, outcome.stderr).toEqual(installedAlone);
  expect(await room.succeed('ls', '/tmp')).toBe('certd-install\ncertd-install.AbCdEf\n');
});

test('another kind of package than the installed one is refused', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  room.put('certd.tar.xz', file => writeSmallTarball(file));
  expect(await room.install(['--package', '/p/certd.deb'])).toEqual(installedAlone);
  expect(await room.install(['--package', '/p/certd.tar.xz'])).toEqual({
    code: 64,
    stdout: '',
    stderr:
      'install.sh: certd is here from a .deb: give one, or run install.sh --remove (certificates stay); nothing was done\n',
  });
});

test('a /usr/bin/certd of somebody else is left alone', async () => {
  room.put('certd.tar.xz', file => writeSmallTarball(file));
  placeFile(room.at('/'), '/usr/bin/certd', 'mine');
  const outcome = await room.install(['--package', '/p/certd.tar.xz']);
  expect(outcome).toMatchObject({ code: 64, stdout: '' });
  expect(outcome.stderr).toContain('/usr/bin/certd is of somebody else: move it away');
  expect(readFileSync(room.at('/usr/bin/certd'), 'utf8')).toBe('mine');
});

async function full(run: Promise<Outcome>, sentence: string): Promise<void> {
  const outcome = await run;
  expect(lastLine(outcome)).toBe(`install.sh: ${sentence}`);
  expect(outcome).toMatchObject({ code: 73, stdout: '' });
}

/** Memory of that size, in place of what is there. */
async function mount(size: string, path: string): Promise<void> {
  await room.succeed('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path);
}

function version(): Promise<string> {
  return room.succeed('dpkg-query', '-W', '-f', `\${db:Status-Status} \${Version}`, 'certd');
}
