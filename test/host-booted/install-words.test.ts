import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type InstallRoom, installedAlone, openInstallRoom } from '../support/installer/install-room.ts';
import { lastLine } from '../support/installer/last-line.ts';
import { writeSmallDeb } from '../support/installer/small-package.ts';

let room: InstallRoom;

beforeEach(async () => {
  room = await openInstallRoom();
});

afterEach(() => room?.stop());

test.each([['dash'], ['bash'], ['busybox sh']])(
  'arguments that look like shell text reach certd init as they are, by %s',
  async shell => {
    room.put('a $(touch x) `touch x` b.deb', file => writeSmallDeb(file));
    const words = [
      '$(touch /x)',
      '`touch /x`',
      'a b',
      'it\'s "so"',
      'two\nlines',
      '*',
      '-n',
      '--remove',
      '\\',
    ];
    const options = words.flatMap(word => ['--domain', word, '--hook', word]);
    const args = [
      '--package',
      'p/a $(touch x) `touch x` b.deb',
      ...options,
      '--webroot',
      '/a b',
      '--agree-tos',
    ];
    expect(await room.install(args, { shell: shell.split(' ') })).toEqual(installedAlone);
    const asked = words.flatMap(word => [`--domain=${word}`, `--hook=${word}`]);
    expect(whatInitWasAsked()).toEqual([...asked, '--webroot=/a b', '--agree-tos']);
    expect(await room.run(['ls', '/x'])).toMatchObject({ code: 2 });
  },
);

test.each([['dash'], ['bash'], ['busybox sh']])(
  'the environment is as good, names by spaces or commas, by %s',
  async shell => {
    room.put('certd.deb', file => writeSmallDeb(file));
    const env = {
      CERTD_PACKAGE: '/p/certd.deb',
      CERTD_SHA256: room.sha256('certd.deb').toUpperCase(),
      CERTD_DOMAINS: 'a.test, *.b.test\n$(touch /x)',
      CERTD_EMAIL: 'o p@a.test',
      CERTD_WEBROOT: '/srv/$(touch /x)',
      CERTD_HOOK: 'sh -c "touch /x; id"',
      CERTD_CA: 'zero ssl',
      CERTD_AGREE_TOS: 'yes',
    };
    expect(await room.install([], { env, shell: shell.split(' ') })).toEqual(installedAlone);
    expect(whatInitWasAsked()).toEqual([
      ...['--domain=a.test', '--domain=*.b.test', '--domain=$(touch', '--domain=/x)'],
      ...['--email=o p@a.test', '--webroot=/srv/$(touch /x)', '--hook=sh -c "touch /x; id"', '--ca=zero ssl'],
      '--agree-tos',
    ]);
    expect(await room.run(['ls', '/x'])).toMatchObject({ code: 2 });
  },
);

test('empty variables say nothing, and arguments outweigh the environment', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const empty = {
    CERTD_DOMAINS: '',
    CERTD_EMAIL: '',
    CERTD_CONFIG: '',
    CERTD_NO_START: '',
    CERTD_SHA256: '',
  };
  const webroot = { CERTD_WEBROOT: '/var/www/certd', CERTD_PACKAGE: '/p/missing.deb' };
  expect(await room.install(['--package', '/p/certd.deb'], { env: { ...empty, ...webroot } })).toEqual(
    installedAlone,
  );
  expect(await room.run(['ls', '/run/certd-asked'])).toMatchObject({ code: 2 });
});

test('CERTD_CONFIG counts where no option says what to configure, and not beside CERTD_DOMAINS', async () => {
  room.put('certd.deb', file => writeSmallDeb(file));
  const env = { CERTD_PACKAGE: '/p/certd.deb', CERTD_CONFIG: '/root/none.yaml' };
  expect(await room.install([], { env })).toMatchObject({
    code: 78,
    stderr: 'install.sh: what --config names is missing; nothing was done\n',
  });
  expect(await room.install([], { env: { ...env, CERTD_DOMAINS: 'a.test' } })).toMatchObject({ code: 64 });
  expect(await room.install(['--domain', 'a.test', '--agree-tos'], { env })).toEqual(installedAlone);
  expect(whatInitWasAsked()).toEqual(['--domain=a.test', '--agree-tos']);
});

test.each([['64'], ['69'], ['78'], ['1']])(
  'what certd init ends with is what install.sh ends with: %s',
  async code => {
    room.put('certd.deb', file => writeSmallDeb(file));
    const args = ['--package', '/p/certd.deb', '--domain', 'a.test', '--agree-tos'];
    const outcome = await room.install(args, { env: { FAKE_INIT_CODE: code } });
    expect(outcome).toMatchObject({ code: Number(code), stdout: '' });
    expect(lastLine(outcome)).toBe(
      'install.sh: the configuration was not written; certd 0.1.0 is installed: mend that and run this again',
    );
  },
);

function whatInitWasAsked(): string[] {
  const [init, ...words] = readFileSync(room.at('/run/certd-asked'), 'utf8').split('\0').slice(0, -1);
  expect(init).toBe('init');
  return words;
}
