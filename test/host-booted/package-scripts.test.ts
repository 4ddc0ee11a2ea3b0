import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { packageScript } from '../../scripts/packaging/package-script.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { type StillHost, startStillHost } from '../support/booted/still-host.ts';
import { root } from '../support/source-tree.ts';

/** Each writes down how it is called. What it does beside that is in /does, a script. */
const programs = ['systemctl', 'semanage', 'restorecon', 'systemd-sysusers', 'systemd-tmpfiles', 'certd'];
const recorder =
  '#!/bin/sh\necho "$(basename "$0") $*" >>/calls\n[ ! -e "/does/$(basename "$0")" ] || . "/does/$(basename "$0")"\n';
/** Of debconf: somebody answers each question by yes. */
const confmodule =
  'db_fset() { :; }\ndb_input() { :; }\ndb_go() { :; }\ndb_get() { RET=true; }\ndb_purge() { :; }\n';
const scripts = ['deb/postinst', 'deb/postrm', 'deb/preinst', 'deb/prerm', 'rpm/post.sh', 'rpm/postun.sh'];

const data = ['/etc/certd/config.yaml', '/var/lib/certd/live/www.certd.test/privkey.pem'];
const started = 'systemctl daemon-reload';
const noLabels = 'ValueError: SELinux policy is not managed';

let host: StillHost;

beforeAll(async () => {
  host = await startStillHost(disk => {
    for (const each of programs) placeFile(disk, `/mock/${each}`, recorder, 0o755);
    for (const each of scripts)
      placeFile(disk, `/packaging/${each}`, packageScript(root, `packaging/${each}`), 0o755);
    placeFile(disk, '/usr/share/debconf/confmodule', confmodule);
  });
  await host.succeed('mkdir', '-p', '/run/systemd/system', '/does');
});

afterAll(() => host?.stop());

beforeEach(() =>
  host.succeed('sh', '-c', 'rm -rf /run/certd-ran /calls /does/* /etc/certd /var/lib/certd /var/www/certd'),
);

test('what runs is told to start again before anything waits for its end, also where a part is masked', async () => {
  does('systemctl', 'case $* in *=Job*) echo ActiveState=active ;; *restart*deploy*) exit 1 ;; esac');
  expect(await run('deb/preinst', 'upgrade', '0.1', '0.2')).toMatchObject({ code: 0 });
  expect(calls().filter(call => call.includes('--no-block'))).toEqual([
    'systemctl --no-block restart certd-upgrade.service',
    'systemctl --no-block restart certd.service',
    'systemctl --no-block restart certd-deploy.service',
    'systemctl --no-block stop certd-deploy.service',
  ]);
});

test.each([
  ['rpm/post.sh', ['2']],
  ['deb/postinst', ['configure', '0.1']],
])('%s lets through what waits where directories cannot be made, and fails', async (script, args) => {
  does('systemd-tmpfiles', 'exit 73');
  const { code, stderr } = await run(script, ...args);
  expect({ code, stderr }).toEqual({
    code: 73,
    stderr: 'certd: its user or its directories could not be made, as said above\n',
  });
  expect(calls()).toContain(started);
});

test('an rpm lets through what waits and goes on where SELinux takes no label', async () => {
  does('semanage', `echo Traceback >&2; echo '${noLabels}' >&2; exit 1`);
  expect(await run('rpm/post.sh', '2')).toEqual({
    code: 0,
    stdout: '',
    stderr: `certd: SELinux labels could not be set: ${noLabels}\n`,
  });
  expect(calls().indexOf(started)).toBeLessThan(calls().findIndex(call => call.startsWith('semanage')));
  expect(calls().at(-1)).toBe('restorecon -R /var/lib/certd /var/www/certd');
});

test('an rpm is erased where SELinux takes no label away', async () => {
  does('semanage', `echo '${noLabels}' >&2; exit 1`);
  const { code, stderr } = await run('rpm/postun.sh', '0');
  expect({ code, first: stderr.split('\n')[0] }).toEqual({
    code: 0,
    first: `certd: SELinux labels could not be removed: ${noLabels}`,
  });
  expect(calls().filter(call => call.startsWith('semanage'))).toHaveLength(1);
});

test('an rpm that is erased keeps its rule for the labels as long as there are certificates', async () => {
  placeFile(host.at('/'), '/var/lib/certd/live/www.certd.test/privkey.pem', '');
  expect(await run('rpm/postun.sh', '0')).toMatchObject({ code: 0 });
  expect(calls()).toEqual([started]);
  await host.succeed('rm', '-r', '/var/lib/certd/live/www.certd.test');
  expect(await run('rpm/postun.sh', '0')).toMatchObject({ code: 0 });
  expect(calls().at(-1)).toBe('semanage fcontext --delete /var/lib/certd/(live|deployed)(/.*)?');
});

test('an rpm is erased without a word where a rule of somebody else made its own superfluous', async () => {
  does('semanage', `echo 'ValueError: File context for x is not defined' >&2; exit 1`);
  expect(await run('rpm/postun.sh', '0')).toEqual({
    code: 0,
    stdout: '',
    stderr:
      'certd: certificates, keys and configuration are kept. Without them: rm -r /etc/certd /var/lib/certd\n',
  });
});

test('an rpm whose directories cannot be made labels what is there', async () => {
  does('systemd-tmpfiles', 'exit 73');
  expect(await run('rpm/post.sh', '1')).toMatchObject({ code: 73 });
  expect(calls()).toContain('restorecon -R /var/lib/certd /var/www/certd');
});

test.each<[string, () => unknown, string[]]>([
  ['that runs', () => {}, ['enable', 'start']],
  ['whose policy-rc.d has nothing against it', () => placePolicy(104), ['enable', 'start']],
  ['whose policy-rc.d forbids it', () => placePolicy(101), ['enable']],
  ['that an image is made of', () => host.succeed('rmdir', '/run/systemd/system'), ['enable']],
])('in a host %s, a first installation does with the units what it may', async (_, prepare, done) => {
  placeFile(host.at('/'), '/etc/certd/config.yaml', '');
  does('certd', 'echo certd.service');
  await prepare();
  const { code } = await run('deb/postinst', 'configure', '');
  await host.succeed('sh', '-c', 'rm -f /usr/sbin/policy-rc.d; mkdir -p /run/systemd/system');
  expect(code).toBe(0);
  const ofUnit = /^systemctl (?:--quiet )?(enable|start) certd\.service$/;
  expect(calls().flatMap(call => ofUnit.exec(call)?.[1] ?? [])).toEqual(done);
});

/** Debian's way to say which services may be started. */
function placePolicy(answer: number): void {
  placeFile(host.at('/'), '/usr/sbin/policy-rc.d', `#!/bin/sh\nexit ${answer}\n`, 0o755);
}

test.each(['abort-remove', 'configure'])(
  'a removal that was cut short and then broken off has disabled nothing, and %s starts once what ran',
  async how => {
    does('systemctl', 'case $* in *=Job*certd.service | *=Job*.path) echo ActiveState=active ;; esac');
    expect(await run('deb/prerm', 'remove')).toMatchObject({ code: 0 });
    does('systemctl', '');
    expect(await run('deb/prerm', 'remove')).toMatchObject({ code: 0 });
    expect(calls().filter(call => call.includes('disable'))).toEqual([]);
    for (const _ of [1, 2])
      expect(await run('deb/postinst', how, '0.1')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(calls().filter(call => call.startsWith('systemctl start'))).toEqual([
      'systemctl start certd.service certd-deploy.path',
    ]);
  },
);

test.each([
  ['deb/postrm', 'remove'],
  ['rpm/postun.sh', '0'],
])(
  'once the files are gone %s disables what was enabled, however that was, and nothing of others',
  async (script, argument) => {
    const system = '/etc/systemd/system';
    const ours = [
      `${system}/multi-user.target.wants/certd.service`,
      `${system}/nginx.service.requires/certd-http.socket`,
    ];
    const others = [
      `${system}/multi-user.target.wants/nginx.service`,
      `${system}/nginx.service.wants/certd-wait@a.test.service`,
    ];
    for (const link of [...ours, ...others])
      await host.succeed('sh', '-c', 'mkdir -p "$(dirname "$1")" && ln -sf /dev/null "$1"', 'sh', link);
    expect(there(...ours)).toEqual(ours);
    placeFile(host.at('/'), '/run/certd-ran', 'certd.service\n');
    expect(await run(script, argument)).toMatchObject({ code: 0 });
    expect(there(...ours, ...others)).toEqual(others);
    expect(there('/run/certd-ran')).toEqual([]);
  },
);

test('a purge removes everything of certd, and leaves what others have in the webroot', async () => {
  for (const file of [
    ...data,
    '/var/www/certd/.well-known/acme-challenge/x',
    '/var/www/certd/.well-known/other',
  ])
    placeFile(host.at('/'), file, '');
  expect(await run('deb/postrm', 'purge')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(there('/etc/certd', '/var/lib/certd', '/var/www/certd/.well-known/acme-challenge')).toEqual([]);
  expect(there('/var/www/certd/.well-known/other')).toHaveLength(1);
  await host.succeed('rm', '/var/www/certd/.well-known/other');
  expect((await run('deb/postrm', 'purge')).code).toBe(0);
  expect(there('/var/www/certd')).toEqual([]);
});

test('a purge empties a directory that is a mount point', async () => {
  await host.succeed('mkdir', '-p', '/var/lib/certd');
  await host.succeed('mount', '-t', 'tmpfs', 'tmpfs', '/var/lib/certd');
  for (const file of data) placeFile(host.at('/'), file, '');
  const { code, stderr } = await run('deb/postrm', 'purge');
  await host.succeed('umount', '/var/lib/certd');
  expect({ code, last: stderr.trim().split('\n').at(-1) }).toEqual({
    code: 0,
    last: 'certd: /var/lib/certd is empty, and stays as said above',
  });
  expect(there('/etc/certd')).toEqual([]);
});

test.each(['/var/www/certd', '/var/www/certd/.well-known'])(
  'a purge follows no link at %s, and succeeds',
  async link => {
    const other = '/srv/other/acme-challenge/kept';
    const below = '/srv/other/.well-known/acme-challenge/kept';
    for (const file of [other, below]) placeFile(host.at('/'), file, '');
    await host.succeed('sh', '-c', `mkdir -p "$(dirname "$1")" && ln -s /srv/other "$1"`, 'sh', link);
    expect(await run('deb/postrm', 'purge')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(there(other, below)).toEqual([other, below]);
  },
);

function run(script: string, ...args: readonly string[]) {
  return host.run(['sh', `/packaging/${script}`, ...args], { env: { PATH: '/mock:/usr/sbin:/usr/bin' } });
}

function does(program: string, text: string): void {
  placeFile(host.at('/'), `/does/${program}`, `${text}\n`);
}

function calls(): readonly string[] {
  return readFileSync(host.at('/calls'), 'utf8').trim().split('\n');
}

function there(...paths: readonly string[]): readonly string[] {
  return paths.filter(path => existsSync(host.at(path)));
}
