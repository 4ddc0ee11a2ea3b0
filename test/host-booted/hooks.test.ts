import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import { type CaOutside, startCaOutside } from '../support/booted/ca-outside.ts';
import { placeCertd, placeFile } from '../support/booted/place-certd.ts';
import { config, placeCa } from '../support/booted/unit-host.ts';
import { unitDirectory } from '../support/unit-files.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const deploy = ['certd', 'deploy', name, '--force', '--hooks=systemd-run'];

let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  ca = await startCaOutside();
  host = await bootHost(root => {
    placeCertd(root);
    placeCa(root, ca);
    placeFile(root, '/etc/nginx/conf.d/site.conf', 'server { listen 80; root /var/www/certd; }\n');
    placeFile(root, '/var/www/certd/index.html', '');
    placeFile(root, '/etc/certd/config.yaml', configOf('"true"'));
  });
  // One process and no daemon: each test deploys by itself.
  await host.succeed('certd', 'renew', name);
});

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

beforeEach(() => {
  for (const file of ['/run/said', '/run/go']) rmSync(host.at(file), { force: true });
});

const said = () => (existsSync(host.at('/run/said')) ? readFileSync(host.at('/run/said'), 'utf8') : '');
const hookIs = (hook: string, timeout = '60s') =>
  writeFileSync(host.at('/etc/certd/config.yaml'), configOf(hook, timeout));
const hookUnits = async () =>
  (await host.succeed('systemctl', 'list-units', '--all', '--plain', '--no-legend', 'certd-hook-*'))
    .split('\n')
    .flatMap(line => line.split(' ')[0] || []);

test('a hook is a service of its own that sees its words as they are written, and what certd tells it', async () => {
  const script = 'printf "%s|" "$@" >/run/said; cat /proc/self/cgroup >>/run/said; env >>/run/said';
  placeScript('/usr/local/bin/say', script);
  hookIs('[say, "$HOME", "a  b", "", "%h", "--unit=x"]');
  await host.succeed(...deploy);
  expect(said()).toMatch(/^\$HOME\|a {2}b\|\|%h\|--unit=x\|/);
  expect(said()).toMatch(/\/system\.slice\/certd-hook-say-[0-9a-f]{8}\.service\n/);
  expect(said()).toContain(`\nCERTD_LIVE_DIR=/var/lib/certd/live/${name}\n`);
  expect(await hookUnits()).toEqual([]);
});

test('a script is one for the shell, with its dollars', async () => {
  hookIs('{ shell: "x=inner; echo $x $((1 + 1)) $CERTD_NAME >/run/said" }');
  await host.succeed(...deploy);
  expect(said()).toBe(`inner 2 ${name}\n`);
});

test('a hook that fails says how, in its words, and leaves no failed unit', async () => {
  hookIs('{ shell: "echo out of order >&2; exit 7" }');
  const { code, stdout } = await host.run(deploy);
  expect(code).toBe(1);
  expect(stdout).toContain('hook-failed');
  expect(stdout).toContain('exit 7');
  expect(await hookUnits()).toEqual([]);
});

test('at its limit a hook is ended with all that it has started', async () => {
  hookIs('{ shell: "setsid sleep 4711 & trap : TERM; sleep 4711" }', '1s');
  const { code, stdout } = await host.run(deploy);
  expect(code).toBe(1);
  expect(stdout).toContain('hook-timeout');
  expect(stdout).toContain('killed after 1 s');
  expect((await host.run(['pgrep', '--full', 'sleep 4711'])).code).toBe(1);
});

test('a hook of certd-deploy.service has the rights of the host, and none of the fences of that unit', async () => {
  const unit = readFileSync(join(unitDirectory, 'certd-deploy.service'), 'utf8');
  const start = `ExecStart=/usr/bin/${deploy.join(' ')}`;
  const sandboxed = unit.replace(/^ExecStart=.*$/m, start);
  expect(sandboxed).toContain(start);
  writeFileSync(host.at('/etc/systemd/system/certd-deploy.service'), sandboxed);
  await host.succeed('systemctl', 'daemon-reload');
  hookIs('{ shell: "grep -E \'^(CapBnd|NoNewPrivs):\' /proc/self/status >/run/said" }');
  await host.succeed('systemctl', 'start', 'certd-deploy.service');
  const rights = (status: string) => status.match(/^(?:CapBnd|NoNewPrivs):.*$/gm);
  expect(rights(said())).toEqual(rights(await host.succeed('cat', '/proc/1/status')));
});

/** Starts a deploy whose hook waits for /run/go, and resolves with its end once the hook runs. */
async function waitingHook() {
  hookIs(
    '{ shell: "echo begun >>/run/said; until [ -e /run/go ]; do sleep 0.1; done; echo ended >>/run/said" }',
  );
  const ended = host.run(deploy);
  await waitUntil('the hook runs', () => (said() === '' ? null : true));
  return { ended };
}

test('a hook that somebody else ends has not succeeded, however well it ends', async () => {
  const { ended } = await waitingHook();
  await host.succeed('systemctl', 'stop', ...(await hookUnits()));
  const { code, stdout } = await ended;
  expect(code).toBe(1);
  expect(stdout).toContain('killed by SIGTERM');
});

test('a stop of certd ends the hook, which runs again at the next deploy', async () => {
  const { ended } = await waitingHook();
  await host.succeed('pkill', '--full', '--signal=TERM', 'certd.js deploy');
  expect((await ended).code).toBe(1);
  expect(await hookUnits()).toEqual([]);
  expect(said()).toBe('begun\n');
  writeFileSync(host.at('/run/go'), '');
  await host.succeed(...deploy);
  expect(said()).toBe('begun\nbegun\nended\n');
});

test('after kill -9 of certd the hook that runs on is ended before it runs again', async () => {
  const { ended } = await waitingHook();
  await host.succeed('pkill', '--full', '--signal=KILL', 'certd.js deploy');
  expect((await ended).code).toBe(137);
  expect(await hookUnits()).toHaveLength(1);
  const again = host.run(deploy);
  await waitUntil('it runs again', () => (said() === 'begun\nbegun\n' ? true : null));
  expect(await hookUnits()).toHaveLength(1);
  writeFileSync(host.at('/run/go'), '');
  expect((await again).code).toBe(0);
  expect(said()).toBe('begun\nbegun\nended\n');
});

function placeScript(path: string, script: string): void {
  writeFileSync(host.at(path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function configOf(hook: string, timeout = '60s'): string {
  const deploy = `{ hooks: [${hook}], timeout: ${timeout} }`;
  return config(ca, `[{ domains: [${name}], challenge: { webroot: /var/www/certd }, deploy: ${deploy} }]`);
}
