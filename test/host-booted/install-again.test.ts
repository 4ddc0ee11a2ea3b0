import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { openReleaseKit, placeNode, type ReleaseKit } from '../support/booted/release-kit.ts';
import type { Outcome } from '../support/booted/run-inside.ts';
import { startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';
import { readText } from '../support/source-tree.ts';

const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer', 'certd-http.socket'];
const onSocket = '[{ domains: [www.certd.test], challenge: { standalone: { socket: systemd } } }]';
const onWebroot = '[{ domains: [www.certd.test], challenge: { webroot: /var/www/certd } }]';

let kit: ReleaseKit;
let host: UnitHost;

beforeAll(async () => {
  kit = openReleaseKit();
  host = await startUnitHost(placeNode);
  placeFile(host.at('/'), '/install.sh', readText('scripts/install.sh'));
  kit.deb(host.at('/certd.deb'), { version: '0.1' });
  await host.succeed('systemctl', 'stop', 'nginx');
  host.configure(onSocket);
  expect(await install()).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active', 'active', 'active', 'active']);
}, 300_000);

afterAll(async () => {
  await host?.stop();
  kit?.remove();
});

test('a configuration that asks for the socket no more leaves it off at the next boot of an image', async () => {
  const before = await invocation();
  host.configure(onWebroot);
  expect(await install('--no-start')).toMatchObject({ code: 0 });
  expect(await enabled()).toEqual(['enabled', 'enabled', 'enabled', 'disabled']);
  expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  expect(await invocation()).toBe(before);
});

test('and on a host that runs gives port 80 back at once, by a restart', async () => {
  const before = await invocation();
  const outcome = await install();
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active', 'active', 'active', 'inactive']);
  expect(await invocation()).not.toBe(before);
  await host.succeed('systemctl', 'start', 'nginx');
  await host.succeed('systemctl', 'stop', 'nginx');
});

test('one that asks for it again gets it', async () => {
  host.configure(onSocket);
  expect(await install()).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  expect(await enabled()).toEqual(['enabled', 'enabled', 'enabled', 'enabled']);
});

test('systemd opens to certd whatever paths webroots have, as they are', async () => {
  const webroots = ['/srv/end ', `/srv/a  "b" it's 100% \\n c:d/~`, '/home/ops/w:w "x" ', '/srv/\u200dé'];
  for (const path of webroots) await host.succeed('mkdir', '-p', path);
  const challenges = webroots.map(webroot => ({
    domains: [`x${webroots.indexOf(webroot)}.test`],
    challenge: { webroot },
  }));
  host.configure(JSON.stringify(challenges));
  const outcome = await install();
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  const mounts = await host.succeed('cat', `/proc/${await host.show('certd.service', 'MainPID')}/mountinfo`);
  const writable = mounts.split('\n').flatMap(line => {
    const [, , , , point = '', options = ''] = line.split(' ');
    return options.startsWith('rw') ? [unescaped(point)] : [];
  });
  expect(writable).toEqual(expect.arrayContaining(webroots));
  const { stdout } = await host.run(['certd', 'doctor', '--offline', '--json']);
  const findings: { check: string; status: string }[] = JSON.parse(stdout).findings;
  expect(
    findings.filter(({ check }) => /^unit-(?:sandbox|drop-in)$/.test(check)).map(({ status }) => status),
  ).toEqual(expect.not.arrayContaining(['warning', 'critical', 'unknown']));
});

test('another build of a tarball becomes a tree of its own, and the first one stays for what still runs from it', async () => {
  expect(await host.run(['sh', '/install.sh', '--remove'])).toMatchObject({ code: 0 });
  placeFile(host.at('/'), '/launcher', launcher, 0o755);
  const installs = async (build: string) => {
    await host.succeed('sh', '-c', makeTarball, 'sh', process.arch, build);
    const outcome = await host.run(['sh', '/install.sh', '--package', `/${build}.tar.xz`]);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(outcome.stderr).not.toContain('older');
    return (await host.succeed('readlink', '/opt/certd')).trim();
  };
  const [first, second, again] = [await installs('a'), await installs('b'), await installs('b')];
  expect([first, second]).toEqual(Array(2).fill(expect.stringMatching(/^certd-0\.1\.0\+[0-9a-f]{8}$/)));
  expect([second, again]).toEqual([again, expect.not.stringContaining(first)]);
  expect((await host.succeed('ls', '-A', '/opt')).trim().split('\n').sort()).toEqual(
    ['certd', 'node', first, second].sort(),
  );
  expect(await host.succeed('cat', '/opt/certd/lib/build')).toBe('b\n');
  expect(await states()).toEqual(['active', 'active', 'active', 'inactive']);
});

const launcher = `#!/bin/sh
here=$(readlink -f -- "$0")
lib=\${here%/bin/certd}/lib/certd
exec "$lib/node" "$lib/dist/certd.js" "$@"
`;

/** Out of the deb, as $2.tar.xz, once; $2 is also what tells it from another one. */
const makeTarball = `[ ! -e /$2.tar.xz ] || exit 0
top=/tree/certd-0.1.0-linux-$1
rm -rf /tree && mkdir -p $top/bin && dpkg-deb -x /certd.deb /tree/deb && cp -a /tree/deb/usr/lib $top/lib && echo $2 >$top/lib/build
cp /launcher $top/bin/certd
tar -cf - -C /tree \${top##*/} | xz -0 >/$2.tar.xz`;

/** As proc_pid_mountinfo(5) writes white space and backslashes. */
function unescaped(point: string): string {
  return point.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function install(...args: readonly string[]): Promise<Outcome> {
  return host.run(['sh', '/install.sh', '--package', '/certd.deb', ...args]);
}

async function states(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-active', ...units])).stdout.trim().split('\n');
}

async function enabled(): Promise<readonly string[]> {
  return (await host.run(['systemctl', 'is-enabled', ...units])).stdout.trim().split('\n');
}

function invocation(): Promise<string> {
  return host.show('certd.service', 'InvocationID');
}
