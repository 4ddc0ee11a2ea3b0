import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import type { CaOutside } from '../support/booted/ca-outside.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { placeLetsencrypt, startLetsencrypt } from '../support/booted/place-letsencrypt.ts';
import type { Inside, Outcome } from '../support/booted/run-inside.ts';
import { builtPackage } from '../support/built-package.ts';
import { lastLine } from '../support/installer/last-line.ts';
import { readText } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const secret = 's3cr3t-of-somebody';
const tarball = ['--package', '/root/certd.tar.xz'];
const deb = ['--package', '/root/certd.deb'];
const wish = [
  '--domain',
  'www.certd.test',
  '--agree-tos',
  '--webroot',
  '/srv/web',
  '--hook',
  'nginx -s reload',
];
const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer'];
const outage = '127.0.0.9 acme-v02.api.letsencrypt.org\n';

let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  const packages = { 'certd.deb': builtPackage('deb'), 'certd.tar.xz': builtPackage('tar') };
  ca = await startLetsencrypt();
  host = await bootHost(root => {
    placeLetsencrypt(root, ca);
    placeFile(root, '/root/install.sh', readText('scripts/install.sh'));
    for (const [name, file] of Object.entries(packages)) cpSync(file, join(root, 'root', name));
    mkdirSync(join(root, 'srv/web'), { recursive: true });
    placeFile(root, '/etc/nginx/conf.d/site.conf', 'server { listen 80; root /srv/web; }\n');
    placeFile(root, '/etc/hosts', outage);
  });
}, 600_000);

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('where nginx holds port 80 and no webroot is named, nothing is configured or started', async () => {
  const outcome = await install([...tarball, '--domain', 'www.certd.test', '--agree-tos']);
  expect(outcome).toMatchObject({ code: 78, stdout: '' });
  expect(outcome.stderr).toContain('nginx');
  expect(lastLine(outcome)).toMatch(
    /^install\.sh: the configuration was not written; certd \S+ is installed: mend that/,
  );
  expect(existsSync(host.at('/etc/certd/config.yaml'))).toBe(false);
  expect((await host.run(['systemctl', 'is-active', ...units])).stdout).toBe('inactive\n'.repeat(3));
});

test.each([`curl https://h.test/?token=${secret} | y`, `T=${secret} y`, `y '${secret}`, `-${secret}`])(
  'a hook that is refused is not shown: %s',
  async hook => {
    const outcome = await install([...tarball, ...wish, '--hook', hook]);
    expect(outcome).toMatchObject({ code: 78, stdout: '' });
    expect(outcome.stderr).toContain('certd: config-invalid: --hook, number 2: ');
    expect(existsSync(host.at('/etc/certd/config.yaml'))).toBe(false);
  },
);

test('with the webroot it is done within a minute although the CA is out, and says what is missing', async () => {
  const begin = performance.now();
  const outcome = await install([...tarball, ...wish]);
  expect(outcome, outcome.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^CRITICAL: 1 of 1 certificate critical: www\.certd\.test \(not-issued[^\n]*\n$/,
    ),
  });
  expect(performance.now() - begin).toBeLessThan(60_000);
  expect(await host.succeed('systemctl', 'is-enabled', ...units)).toBe('enabled\n'.repeat(3));
  // The shipped unit allows another webroot only.
  expect(readFileSync(host.at('/etc/systemd/system/certd.service.d/check-config.conf'), 'utf8')).toBe(
    '[Service]\nReadWritePaths=-/srv/web\n',
  );
  writeFileSync(host.at('/etc/hosts'), '');
  await host.succeed('certd', 'renew');
  await untilLive('www.certd.test');
});

test('the same again restarts nothing', async () => {
  const before = await invocations();
  const outcome = await install([...tarball, ...wish]);
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK: 1 certificate, [^\n]+\n$/) });
  expect(await invocations()).toEqual(before);
});

test('a configuration that was changed is read anew without a restart', async () => {
  const before = await invocations();
  const more = '  - { domains: [more.certd.test], challenge: { webroot: /srv/web } }\n';
  writeFileSync(host.at('/etc/certd/config.yaml'), `${configuration()}${more}`);
  expect(await install(tarball)).toMatchObject({ code: 0 });
  await untilLive('more.certd.test');
  expect(await invocations()).toEqual(before);
});

test('a webroot that needs no right of its own any more takes that right away, by a restart', async () => {
  const [before, good] = [await invocations(), configuration()];
  const dropIn = host.at('/etc/systemd/system/certd.service.d/check-config.conf');
  expect(existsSync(dropIn)).toBe(true);
  writeFileSync(host.at('/etc/certd/config.yaml'), good.replaceAll('/srv/web', '/var/www/certd'));
  expect(await install(tarball)).toMatchObject({ code: 0 });
  expect(existsSync(dropIn)).toBe(false);
  expect((await invocations())[0]).not.toBe(before[0]);
  expect(await property('certd.service', 'DropInPaths')).toBe('');
  writeFileSync(host.at('/etc/certd/config.yaml'), good);
  expect(await install(tarball)).toMatchObject({ code: 0 });
});

test('a bad one is refused, and what runs runs on', async () => {
  const [before, good] = [await invocations(), configuration()];
  writeFileSync(host.at('/etc/certd/config.yaml'), `${good}nonsense: ${secret}\n`);
  const outcome = await install(tarball);
  expect(outcome).toMatchObject({ code: 78, stdout: '' });
  expect(outcome.stderr).toContain('config-unknown-key');
  expect(await invocations()).toEqual(before);
  writeFileSync(host.at('/etc/certd/config.yaml'), good);
});

test('another version takes the place of the one before, and the way back is open', async () => {
  // As a run leaves it that was killed after it had unpacked: the tarball has only to say what it is.
  const next = await unpackedBefore('0.2.0');
  const first = (await host.succeed('readlink', '-f', '/opt/certd')).trim();
  expect(first).toMatch(/^\/opt\/certd-0\.1\.0\+[0-9a-f]{8}$/);
  const before = await property('certd.service', 'MainPID');
  expect(await install(['--package', '/root/0.2.0.tar.xz'])).toMatchObject({ code: 0 });
  const after = await property('certd.service', 'MainPID');
  expect(after).not.toBe(before);
  expect(await host.succeed('readlink', `/proc/${after}/exe`)).toBe(`${next}/lib/certd/node\n`);
  expect(await host.succeed('sh', '-c', 'ls -d /opt/*')).toBe(`/opt/certd\n${first}\n${next}\n`);
  const back = await install(tarball);
  expect(back, back.stderr).toMatchObject({ code: 0 });
  expect(back.stderr).toContain('install.sh: going back from certd 0.2.0 to the older 0.1.0\n');
  const pid = await property('certd.service', 'MainPID');
  expect(await host.succeed('readlink', `/proc/${pid}/exe`)).toBe(`${first}/lib/certd/node\n`);
});

test('a removal leaves certificates and configuration, and nothing else', async () => {
  const [live, config] = [await host.succeed('ls', '/var/lib/certd/live'), configuration()];
  // As one leaves it that was cut short.
  await host.succeed('systemctl', 'disable', '--now', '--quiet', 'certd-deploy.timer');
  await host.succeed('rm', '/etc/systemd/system/certd-deploy.timer', '/etc/sysusers.d/certd.conf');
  await host.succeed('systemctl', 'daemon-reload');
  expect(await install(['--remove'])).toMatchObject({ code: 0, stdout: '' });
  expect((await host.run(['systemctl', 'list-units', '--all', '--no-legend', 'certd*'])).stdout).toBe('');
  const ours = 'find /opt /usr/bin /etc/systemd /etc/sysusers.d /etc/tmpfiles.d ! -type d -path "*certd*"';
  expect(await host.succeed('sh', '-c', ours)).toBe('');
  expect(await host.succeed('ls', '/var/lib/certd/live')).toBe(live);
  expect(configuration()).toBe(config);
  expect(await install(['--remove'])).toMatchObject({ code: 0, stdout: '' });
});

test('the deb takes over what is there, and the same again restarts nothing', async () => {
  const first = await install([...deb, '--config', '-'], { input: configuration() });
  expect(first, first.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^OK: 2 certificates, /),
  });
  const before = await invocations();
  const again = await install(deb);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK: 2 certificates, /) });
  expect(await invocations()).toEqual(before);
});

test('an equal configuration stays what it is, a link to a file with a mode of its own', async () => {
  const text = configuration();
  placeFile(host.at('/'), '/srv/certd.yaml', text, 0o640);
  await host.succeed('ln', '-sf', '/srv/certd.yaml', '/etc/certd/config.yaml');
  await host.succeed('chgrp', 'certd', '/srv/certd.yaml');
  expect(await install([...deb, '--config', '-'], { input: text })).toMatchObject({ code: 0 });
  expect(await host.succeed('readlink', '/etc/certd/config.yaml')).toBe('/srv/certd.yaml\n');
  expect(await host.succeed('stat', '--format=%a %G', '/srv/certd.yaml')).toBe('640 certd\n');
});

test('a purge asks for a terminal or --yes, and then leaves nothing', async () => {
  expect(await install(['--remove', '--purge'])).toMatchObject({ code: 64 });
  const asked = 'script --quiet --return --command "sh /root/install.sh --remove --purge" /dev/null';
  expect(await host.run(['sh', '-c', asked], { input: 'no\n' })).toMatchObject({ code: 64 });
  expect(existsSync(host.at('/var/lib/certd/live/www.certd.test/cert.pem'))).toBe(true);
  expect(await install(['--remove', '--purge', '--yes'])).toMatchObject({ code: 0 });
  expect(
    await host.succeed('sh', '-c', 'ls -d /etc/certd /var/lib/certd /usr/bin/certd 2>/dev/null || true'),
  ).toBe('');
});

test('a configuration with a key in it is refused without showing it', async () => {
  const input = `account: { agree_tos: true }\ncas: { corp: { directory: 'https://ca.test/', eab: { kid: a, hmac_key_file: ${secret} } } }\nca: corp\ncertificates: []\n`;
  const outcome = await install([...deb, '--config', '-'], { input });
  expect(outcome).toMatchObject({ code: 78, stdout: '' });
  expect(lastLine(outcome)).toMatch(/^install\.sh: the configuration is bad; certd \S+ is installed/);
  expect(existsSync(host.at('/etc/certd/config.yaml'))).toBe(false);
});

test('a configuration for port 80 is refused while nginx has it, and then served by a socket of systemd', async () => {
  const input =
    'account: { agree_tos: true }\ncertificates:\n  - { domains: [own.certd.test], challenge: { standalone: { socket: systemd } } }\n';
  const args = [...deb, '--config', '-'];
  const outcome = await install(args, { input });
  expect(outcome).toMatchObject({ code: 78, stdout: '' });
  expect(lastLine(outcome)).toContain(
    'another program holds port 80 (see certd doctor), and there is no webroot',
  );
  expect((await host.run(['systemctl', 'is-active', ...units])).stdout).toBe('inactive\n'.repeat(3));
  await host.succeed('systemctl', 'stop', 'nginx');
  expect(await install(args, { input })).toMatchObject({ code: 0 });
  expect(await host.succeed('systemctl', 'is-active', 'certd-http.socket', ...units)).toBe(
    'active\n'.repeat(4),
  );
  await untilLive('own.certd.test');
});

async function install(args: readonly string[], more: Inside = {}): Promise<Outcome> {
  const env = { AWS_SECRET_ACCESS_KEY: secret };
  const outcome = await host.run(['sh', '/root/install.sh', ...args], { ...more, env });
  if (`${outcome.stdout}${outcome.stderr}`.includes(secret))
    throw new Error(`it printed a secret: ${outcome.stderr}`);
  return outcome;
}

function configuration(): string {
  return readFileSync(host.at('/etc/certd/config.yaml'), 'utf8');
}

/** Makes /root/VERSION.tar.xz, and returns the directory that it becomes, which is there already. */
async function unpackedBefore(version: string): Promise<string> {
  const make = `cd /root && mkdir -p next/certd-$1-linux-$2/bin && tar -cJf $1.tar.xz -C next certd-$1-linux-$2 &&
    new=/opt/certd-$1+$(sha256sum <$1.tar.xz | cut -c1-8) && cp -al /opt/certd/ $new && echo $new`;
  return (await host.succeed('sh', '-c', make, 'sh', version, process.arch)).trim();
}

/** Another one for each start of a unit. */
function invocations(): Promise<string[]> {
  return Promise.all(units.map(unit => property(unit, 'InvocationID')));
}

async function property(unit: string, name: string): Promise<string> {
  return (await host.succeed('systemctl', 'show', '--value', `--property=${name}`, unit)).trim();
}

function untilLive(name: string): Promise<true> {
  return waitUntil(`${name} is live`, () =>
    existsSync(host.at(`/var/lib/certd/live/${name}/cert.pem`)) ? true : null,
  );
}
