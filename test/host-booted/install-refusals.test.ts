import { truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import type { Outcome } from '../support/booted/run-inside.ts';
import { type InstallRoom, openInstallRoom } from '../support/installer/install-room.ts';
import { lastLine } from '../support/installer/last-line.ts';
import { writeSmallDeb, writeSmallTarball } from '../support/installer/small-package.ts';
import { waitUntil } from '../support/wait-until.ts';

let room: InstallRoom;
let untouched = '';

beforeAll(async () => {
  room = await openInstallRoom();
  room.put('certd.deb', file => writeSmallDeb(file));
  room.put('certd.tar.xz', file => writeSmallTarball(file));
  room.put('arm.deb', file => writeSmallDeb(file, { machine: 'arm64' }));
  room.put('arm.tar.xz', file => writeSmallTarball(file, { machine: 'arm64' }));
  room.put('other.deb', file => writeSmallDeb(file, { name: 'hello' }));
  room.put('other.tar.xz', file => writeSmallTarball(file, { name: 'hello' }));
  room.put('text.deb', file => writeFileSync(file, 'Not found\n'));
  room.put('text.tar.xz', file => writeFileSync(file, 'Not found\n'));
  room.put('cut.tar.xz', file => {
    writeSmallTarball(file, { ballast: 40_000_000 });
    truncateSync(file, 4000);
  });
  room.put('certd.rpm', file => writeFileSync(file, 'rpm is asked first\n'));
  placeFile(room.at('/'), '/old/getconf', '#!/bin/sh\necho glibc 2.27\n', 0o755);
  placeFile(room.at('/'), '/musl/getconf', '#!/bin/sh\nexit 1\n', 0o755);
  placeFile(room.at('/'), '/root/other.yaml', 'account: { agree_tos: true }\n');
  untouched = await room.leftovers();
});

afterAll(() => room?.stop());

beforeEach(async () => {
  expect(await room.leftovers()).toBe(untouched);
});

const deb = ['--package', '/p/certd.deb'];
const url = (name: string, sha256 = '0'.repeat(64)) => ['--package', room.url(name), '--sha256', sha256];

test('each mistake in the arguments has its sentence, and nothing is done', async () => {
  const wrong: (readonly [readonly string[], string])[] = [
    [[], '--package is missing'],
    [['--package'], '--package needs a value'],
    [['--package', ''], '--package is missing'],
    [[...deb, '--polish'], 'unknown argument (see --help)'],
    [[...deb, 'polish'], 'unknown argument (see --help)'],
    [[...deb, '--domain'], '--domain needs a value'],
    [[...deb, '--purge'], '--purge and --yes go with --remove'],
    [
      [...deb, '--config', '/root/other.yaml', '--domain', 'a.test'],
      '--config and --domain exclude each other',
    ],
    [['--package', room.url('certd.deb')], 'a URL needs --sha256: a network is not to be trusted'],
    [url('ce"rtd.deb'), '--package has characters that no URL has'],
    [url('ce\nrtd.deb'), '--package has characters that no URL has'],
    [['--remove', '--purge'], '--purge deletes keys: without a terminal it needs --yes'],
  ];
  for (const [args, sentence] of wrong) expect(await room.install(args)).toEqual(refusal(64, sentence));
});

test('what is no package of certd for this machine is refused before anything is installed', async () => {
  const wrong: (readonly [string, number, string])[] = [
    ['certd.zip', 65, 'the package is no .deb, .rpm or .tar.xz'],
    ['missing.deb', 65, 'the package is missing'],
    ['text.deb', 65, 'this is no package of certd, or a damaged one'],
    ['text.tar.xz', 65, 'this is no package of certd, or a damaged one'],
    ['other.deb', 65, 'this is no package of certd, or a damaged one'],
    ['other.tar.xz', 65, 'this is no package of certd, or a damaged one'],
    ['arm.deb', 71, 'the package is for another machine, not x86_64'],
    ['arm.tar.xz', 71, 'the package is for another machine, not x86_64'],
  ];
  for (const [name, code, sentence] of wrong)
    expect(await room.install(['--package', `/p/${name}`])).toEqual(refusal(code, sentence));
});

test('an rpm is refused where there is no rpm', async () => {
  await room.without(['rpm'], async () =>
    expect(await room.install(['--package', '/p/certd.rpm'])).toEqual(
      refusal(71, 'a .rpm needs rpm, which is not here'),
    ),
  );
});

test('a tarball that ends early is taken away again', async () => {
  const outcome = await room.install(['--package', '/p/cut.tar.xz']);
  expect(outcome).toMatchObject({ code: 65, stdout: '' });
  expect(lastLine(outcome)).toBe('install.sh: the package is damaged; running this again mends it');
});

test('a wrong checksum is a refusal, of a file as of a download', async () => {
  const sentence = `the checksum of the package is wrong: ${room.sha256('certd.deb')}`;
  expect(await room.install([...deb, '--sha256', 'f'.repeat(64)])).toEqual(refusal(65, sentence));
  expect(await room.install(url('certd.deb'))).toEqual(refusal(65, sentence));
});

test('nobody but root installs', async () => {
  expect(await room.install(deb, { user: 'www-data' })).toEqual(refusal(77, 'this needs root (sudo)'));
});

test('another machine, an old glibc and another C library are not supported', async () => {
  // setarch makes uname(2) say so. A real glibc 2.27 is in no archive of Debian any more: a getconf stands for it.
  const asked: (readonly [Parameters<InstallRoom['install']>[1], string])[] = [
    [{ shell: ['setarch', 'i686', 'sh'] }, 'certd is for x86_64 and aarch64, not for i686'],
    [{ env: { PATH: '/old:/usr/sbin:/usr/bin' } }, 'certd needs glibc 2.28, and this system has glibc 2.27'],
    [
      { env: { PATH: '/musl:/usr/sbin:/usr/bin' } },
      'certd needs glibc 2.28, and this system has another C library',
    ],
  ];
  for (const [wish, sentence] of asked) expect(await room.install(deb, wish)).toEqual(refusal(71, sentence));
});

test('without systemd nothing is installed or removed', async () => {
  await room.succeed('rmdir', '/run/systemd/system');
  try {
    const sentence = 'systemd does not run here: unpack the .tar.xz and start its bin/certd run by hand';
    expect(await room.install(deb)).toEqual(refusal(72, sentence));
    expect(await room.install(['--remove'])).toEqual(refusal(72, sentence));
  } finally {
    await room.succeed('mkdir', '/run/systemd/system');
  }
});

test('a configuration that is missing or another one than that of the host is refused', async () => {
  expect(await room.install([...deb, '--config', '/root/none.yaml'])).toEqual(
    refusal(78, 'what --config names is missing'),
  );
  placeFile(room.at('/'), '/etc/certd/config.yaml', 'certificates: []\n');
  try {
    expect(await room.install([...deb, '--config', '/root/other.yaml'])).toEqual(
      refusal(78, '/etc/certd/config.yaml is another one: edit it and leave out --config, or move it away'),
    );
    expect(await room.install([...deb, '--config', '-'], { input: 'account: {}\n' })).toMatchObject({
      code: 78,
    });
  } finally {
    await room.succeed('rm', '-r', '/etc/certd');
  }
});

test.each([
  ['curl', 'wget'],
  ['wget', 'curl'],
])('a download by %s that fails says so: no name, no network, no such file', async (_, other) => {
  const gone = /^install\.sh: the download failed \(\d+\): check the network and the URL; nothing was done$/;
  await room.without([other], async () => {
    for (const each of [
      'http://packages.certd.test/a.deb',
      'http://192.0.2.1/a.deb',
      room.url('missing.deb'),
    ]) {
      const outcome = await room.install(['--package', each, '--sha256', '0'.repeat(64)]);
      expect(outcome).toMatchObject({ code: 69, stdout: '' });
      expect(lastLine(outcome)).toMatch(gone);
    }
  });
});

test('without curl and wget no URL can be installed', async () => {
  await room.without(['curl', 'wget'], async () =>
    expect(await room.install(url('certd.deb'))).toEqual(refusal(69, 'the download needs curl or wget')),
  );
});

test('a second install.sh is turned away while the first one is at work', async () => {
  await room.succeed('mkfifo', '/run/config', '/run/end');
  const first = room.run(['sh', '-c', 'sh /install.sh --package /p/missing.deb --config - </run/config']);
  const isAtWork = async () =>
    (await room.run(['sh', '-c', 'test -e /tmp/certd-install.*/config.yaml'])).code === 0 ? true : null;
  const writer = room.run(['sh', '-c', 'exec 3>/run/config; echo account: >&3; read -r _ </run/end']);
  await waitUntil('the first one reads', isAtWork);
  expect(await room.install(deb)).toEqual(refusal(75, 'another install.sh is at work: run this again later'));
  expect(await room.install(['--remove'])).toEqual(
    refusal(75, 'another install.sh is at work: run this again later'),
  );
  await room.succeed('sh', '-c', 'echo >/run/end');
  await writer;
  expect(await first).toEqual(refusal(65, 'the package is missing'));
});

test('one that is told to end says so and leaves nothing', async () => {
  // Told by timeout(1), it is told with all that it has started.
  const ending = `mkfifo /run/stdin; exec 3<>/run/stdin
    timeout --preserve-status 60 sh /install.sh "$@" <&3 &
    until [ -e /tmp/certd-install.*/config.yaml ]; do sleep 0.1; done; kill $!; wait $!`;
  const outcome = await room.run(['sh', '-c', ending, 'sh', ...deb, '--config', '-']);
  expect(outcome).toMatchObject({ code: 130, stdout: '' });
  expect(lastLine(outcome)).toBe('install.sh: interrupted; nothing was done');
});

function refusal(code: number, sentence: string): Outcome {
  return { code, stdout: '', stderr: `install.sh: ${sentence}; nothing was done\n` };
}
