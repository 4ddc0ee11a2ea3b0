import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  dropIn,
  enableUnits,
  installUnits,
  startUnitHost,
  type UnitHost,
} from '../support/booted/unit-host.ts';
import { waitUntil } from '../support/wait-until.ts';

const name = 'www.certd.test';
const webroot = 'challenge: { webroot: /var/www/certd }';
const reload = 'hooks: [systemctl reload nginx]';
let host: UnitHost;

beforeAll(async () => {
  host = await startUnitHost();
});

afterAll(() => host?.stop());

test('the issuer gets its first certificate by the webroot, and the deployer makes it live', async () => {
  host.configure(`[{ domains: [${name}], ${webroot}, deploy: { test: nginx -t, ${reload} } }]`);
  await installUnits(host);
  const mark = host.journal.mark();
  const before = host.reloads();
  await enableUnits(host);
  await untilDeployed(mark);
  await waitUntil('nginx says that it was told', () => (host.reloads() > before ? true : null));
  expect(host.reloads() - before).toBe(1);
  await host.addSite(name);
  await host.untilPresented(name);
  expect(statSync(host.at(`/var/lib/certd/live/${name}/privkey.pem`))).toMatchObject({ uid: 0, gid: 0 });
});

test('a renewal is deployed by the root half, with one order and one reload of nginx', async () => {
  const before = { live: host.live(name), reloads: host.reloads(), orders: host.ca.pebble.orders() };
  const mark = host.journal.mark();
  const outcome = await host.succeed('certd', 'renew', name, '--force');
  expect(outcome).toMatch(/^www\.certd\.test: issued 0002-/);
  await untilDeployed(mark);
  await host.untilPresented(name);
  expect(host.live(name)).not.toBe(before.live);
  expect(host.reloads() - before.reloads).toBe(1);
  expect(host.ca.pebble.orders() - before.orders).toBe(1);
});

test('a reload of the unit takes a name into the service that was added to the configuration', async () => {
  host.configure(`
  - { domains: [${name}], ${webroot}, deploy: { test: nginx -t, ${reload} } }
  - { domains: [added.certd.test], ${webroot} }`);
  const [mark, pid] = [host.journal.mark(), await host.show('certd', 'MainPID')];
  await host.succeed('systemctl', 'reload', 'certd');
  await untilDeployed(mark, 'added.certd.test');
  expect(await host.show('certd', 'MainPID')).toBe(pid);
});

test('so far the journal has no warning of either half', async () => {
  expect(await warnings()).toEqual([]);
});

test('certd doctor finds units and clock as they should be, and what a drop-in gives back', async () => {
  const found = async () => {
    const { stdout } = await host.run(['certd', 'doctor', '--json']);
    const findings: { check: string; status: string; subject: string; message: string }[] =
      JSON.parse(stdout).findings;
    return findings
      .filter(({ check }) => /^(?:unit|clock|webroot)-/.test(check))
      .map(({ check, status, subject, message }) => [check, status, subject, message]);
  };
  // Whether the kernel of this machine is in step is its own matter.
  const bad = async () =>
    (await found()).filter(([check, status]) => check !== 'clock-kept' && status !== 'ok');
  const all = await found();
  expect(
    all.filter(([, status]) => status === 'ok').map(([check, , subject]) => `${check} ${subject}`),
  ).toEqual(
    expect.arrayContaining([
      'clock-right clock',
      'webroot-served nginx /etc/nginx/nginx.conf:7 (www.certd.test and 1 more)',
      'webroot-access /var/www/certd',
      'unit-state certd.service',
      'unit-state certd-deploy.path',
      'unit-state certd-deploy.timer',
      'unit-sandbox certd.service',
      'unit-sandbox certd-deploy.service',
    ]),
  );
  // systemd can tell.
  expect(['ok', 'warning']).toContain(all.find(([check]) => check === 'clock-kept')?.[1]);

  await dropIn(
    host,
    'certd.service',
    '[Service]\nPrivateUsers=no\nReadWritePaths=/etc\nExecStartPre=+/bin/true\n',
  );
  await host.succeed('systemctl', 'disable', 'certd-deploy.timer');
  const file = '/run/systemd/system/certd.service.d/test.conf';
  expect(await bad()).toEqual([
    ['unit-state', 'warning', 'certd-deploy.timer', 'it is disabled, so the next boot does not start it'],
    [
      'unit-sandbox',
      'warning',
      'certd.service',
      `ReadWritePaths also has /etc (${file}:3); PrivateUsers is no where certd ships yes (${file}:2); ExecStartPre is not among the directives known to be harmless (${file}:4)`,
    ],
  ]);
  await host.succeed('systemctl', 'enable', 'certd-deploy.timer');
  await host.succeed('rm', file);
  expect(await bad()).toEqual([
    ['unit-state', 'warning', 'certd.service', 'its files were changed since systemd read them'],
    ['unit-sandbox', 'unknown', 'certd.service', expect.stringContaining(`${file} cannot be read`)],
  ]);

  await dropIn(host, 'certd.service', '[Service]\nExecStart=\nExecStart=/bin/false\n');
  await host.run(['systemctl', 'restart', 'certd']);
  await waitUntil('the issuer waits for its next start', async () =>
    (await host.show('certd', 'SubState')) === 'auto-restart' ? true : null,
  );
  expect(await bad()).toEqual([
    [
      'unit-state',
      'critical',
      'certd.service',
      expect.stringMatching(/^it has ended \(exit-code\) and waits for its next start/),
    ],
    [
      'unit-sandbox',
      'warning',
      'certd.service',
      `ExecStart is not among the directives known to be harmless (${file}:3)`,
    ],
  ]);
  await host.succeed('rm', file);
  await host.succeed('systemctl', 'daemon-reload');
  await host.succeed('systemctl', 'restart', 'certd');

  const before = readFileSync(host.at('/etc/certd/config.yaml'), 'utf8');
  writeFileSync(host.at('/etc/certd/config.yaml'), before.replaceAll('/var/www/certd', '/srv/certd'));
  expect((await bad()).filter(([check]) => check?.startsWith('unit-'))).toEqual([
    ['unit-drop-in', 'critical', 'certd.service', 'the configuration needs ReadWritePaths=-/srv/certd'],
  ]);
  writeFileSync(host.at('/etc/certd/config.yaml'), before);
});

test('the issuer can write its own files and the webroot, and nothing else', async () => {
  const may = ['/var/lib/certd/issuer/x', '/var/www/certd/x', '/run/certd/x'];
  const mayNot = [
    ...[
      '/etc/x',
      '/etc/certd/x',
      '/usr/bin/x',
      '/root/x',
      '/home/x',
      '/var/x',
      '/var/log/x',
      '/run/x',
      '/dev/shm/x',
    ],
    ...['/var/lib/certd/x', '/var/lib/certd/live/x', '/var/lib/certd/deployed/x', '/var/lib/certd/deploy/x'],
    ...[
      `/var/lib/certd/live/${name}/x`,
      `/var/lib/certd/live/${name}/privkey.pem`,
      '/var/www/x',
      '/proc/sys/x',
    ],
  ];
  expect(await Promise.all(may.map(tried))).toEqual(may.map(path => `${path} written`));
  expect(await Promise.all(mayNot.map(tried))).toEqual(mayNot.map(path => `${path} refused`));
  // Its own /tmp, which nobody else sees.
  expect(await tried('/tmp/x')).toBe('/tmp/x written');
  expect((await host.run(['ls', '/tmp/x'])).code).toBe(2);
});

test('a member of the group certd can ask for the status, and nobody else but root', async () => {
  await host.succeed('useradd', '--groups', 'certd', 'watcher');
  await host.succeed('useradd', 'stranger');
  const status = ['certd', 'status', '--short'];
  const ok = /^OK: 2 certificates, the next renewal is /;
  expect(await host.run(status)).toMatchObject({ code: 0, stdout: expect.stringMatching(ok) });
  expect(await host.run(status, { user: 'watcher' })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(ok),
  });
  expect(await host.run(status, { user: 'stranger' })).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/; run as root\n$/),
  });
});

test('a deploy of root waits for the one that runs', async () => {
  await host.succeed('mkfifo', '/run/gate');
  writeFileSync(
    host.at('/usr/local/bin/gated'),
    '#!/bin/sh\necho in >>/run/order\ncat /run/gate\necho out >>/run/order\n',
    { mode: 0o755 },
  );
  await configure('deploy: { hooks: [gated] }');
  const renewal = host.run(['certd', 'renew', name, '--force']);
  const order = () => readFileSync(host.at('/run/order'), 'utf8');
  await waitUntil('the hook runs', () => (order() === 'in\n' ? true : null));
  const mine = host.run(['certd', 'deploy', name, '--force']);
  await waitUntil('the second deploy waits for the lock', async () =>
    (await host.run(['pgrep', '--full', 'flock'])).code === 0 ? true : null,
  );
  expect(order()).toBe('in\n');
  await host.succeed('sh', '-c', 'echo >/run/gate');
  await waitUntil('the hook runs for the second', () => (order() === 'in\nout\nin\n' ? true : null));
  await host.succeed('sh', '-c', 'echo >/run/gate');
  expect((await mine).stdout).toMatch(/^www\.certd\.test: deployed 0003-/);
  await renewal;
  expect(order()).toBe('in\nout\nin\nout\n');
});

test('a hook that restarts the issuer is run once', async () => {
  const pid = await host.show('certd', 'MainPID');
  await configure('deploy: { hooks: [systemctl restart certd, systemctl reload nginx] }');
  const [mark, before] = [host.journal.mark(), host.reloads()];
  // Its daemon ends before it can say what became of the deploy.
  await host.run(['certd', 'renew', name, '--force']);
  // Before that a line of an earlier deploy may come late, and nginx says a moment later that it was told.
  await waitUntil('nginx was told', () => (host.reloads() > before ? true : null));
  await waitUntil('the deployer has ended', async () =>
    (await host.show('certd-deploy', 'ActiveState')) === 'inactive' ? true : null,
  );
  await untilDeployed(mark);
  expect(await host.show('certd', 'MainPID')).not.toBe(pid);
  expect(host.reloads() - before).toBe(1);
  expect(startsOf('certd.service', mark)).toHaveLength(1);
});

test('a hook that restarts the deployer ends it twice on either way, and is then left alone for a while', async () => {
  await configure('deploy: { hooks: [systemctl restart certd-deploy] }');
  const [mark, live] = [host.journal.mark(), host.live(name)];
  const { code, stdout } = await host.run(['certd', 'renew', name, '--force']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/failed: hook-interrupted: .*; it is tried again /);
  const runs = () => startsOf('certd-hook-systemctl-', mark).length;
  await waitUntil('the journal has told of the last run', () => (runs() >= 4 ? true : null));
  expect(runs()).toBe(4);
  expect(host.live(name)).toBe(live);
  expect(await warnings(mark)).toEqual(['generation was taken back']);
});

test('a hook that fails is an error in the journal, and no failure of the unit', async () => {
  await configure('deploy: { hooks: [systemctl reload nginx] }');
  await host.succeed('certd', 'deploy', name);
  await configure("deploy: { hooks: [systemctl reload nginx, 'false'] }");
  const [mark, live] = [host.journal.mark(), host.live(name)];
  const { code, stdout } = await host.run(['certd', 'renew', name, '--force']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^www\.certd\.test: issued .*, failed: hook-failed: /);
  expect(await host.show('certd-deploy', 'Result')).toBe('success');
  expect(host.live(name)).toBe(live);
  // One on the way forwards, and one on the way back, for this hook fails always.
  expect(await warnings(mark)).toEqual(['hook failed', 'hook failed', 'generation could not be deployed']);
});

test('a deployer whose configuration is bad does not run in circles', async () => {
  host.configure('[]\nnonsense: 1');
  const mark = host.journal.mark();
  await host.run(['touch', '/var/lib/certd/issuer/requests/x'], { user: 'certd' });
  const again = () => {
    const found = startsOf('certd-deploy.service', mark);
    return found.length > 1 ? found : null;
  };
  const starts = await waitUntil('the deployer is started again', again, 100_000);
  const [first, second] = starts.map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(60_000_000);
});

async function configure(more: string): Promise<void> {
  host.configure(
    `[{ domains: [${name}], ${webroot}, ${more} }, { domains: [added.certd.test], ${webroot} }]`,
  );
  await host.succeed('systemctl', 'reload', 'certd');
}

/** Tries to write a file as the issuer would: in its namespaces, as its user, without a capability. */
async function tried(path: string): Promise<string> {
  const pid = await host.show('certd', 'MainPID');
  const [uid, gid] = (await host.succeed('sh', '-c', 'id -u certd; id -g certd')).trim().split('\n');
  const inside = ['nsenter', `--target=${pid}`, '--mount', '--user', `--setuid=${uid}`, `--setgid=${gid}`];
  const { code } = await host.run([...inside, '--', 'dd', 'if=/dev/null', `of=${path}`, 'status=none']);
  return `${path} ${code === 0 ? 'written' : 'refused'}`;
}

/** What an operator sees who looks for trouble: certd's static words, or the line of somebody else. */
async function warnings(since = 0): Promise<string[]> {
  // What was said a moment ago may still be on its way into it.
  await host.succeed('journalctl', '--sync');
  const units = ['--unit=certd', '--unit=certd-deploy', `--since=@${(since / 1e6).toFixed(6)}`];
  const text = await host.succeed('journalctl', '--priority=warning', '--quiet', '--output=cat', ...units);
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => (line.startsWith('{') ? JSON.parse(line).msg : line));
}

function startsOf(unit: string, mark: number) {
  return host.journal.since(mark).filter(({ message }) => message.startsWith(`Starting ${unit}`));
}

/** The deployer says it for people: it has no journal of events. */
function untilDeployed(mark: number, certificate = name) {
  const says = `${certificate}: deployed `;
  return host.journal.until(says, mark, ({ message }) => message.startsWith(says));
}
