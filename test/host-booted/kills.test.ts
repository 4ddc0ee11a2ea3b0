import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import {
  dropIn,
  enableUnits,
  installUnits,
  startUnitHost,
  type UnitHost,
} from '../support/booted/unit-host.ts';
import type { CaRequest } from '../support/pebble-paths.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Those that are renewed, each of them once. */
const renewed = ['probe', 'test', 'hook', 'verify'].map(phase => `${phase}.certd.test`);

/** Says in which phase it is called, and waits there while a FIFO is held for it. */
const gated = `#!/bin/sh
echo "$1" >>/run/phases
[ ! -p "/run/hold-$1" ] || exec cat "/run/hold-$1"
`;

const added: string[] = [];
let host: UnitHost;
const endpoint = holdingProxy(443);

beforeAll(async () => {
  host = await startUnitHost();
  await installUnits(host);
  placeFile(host.at('/'), '/usr/local/bin/gated', gated, 0o755);
  // As shipped, but for what a test would only wait for.
  await dropIn(host, 'certd.service', '[Service]\nRestartSec=100ms\n');
  const soon = 'OnActiveSec=1s\nOnUnitInactiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms\n';
  await dropIn(host, 'certd-deploy.timer', `[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\n${soon}`);
  configure(renewed.map(name => `{ domains: [${name}], challenge: { webroot: /var/www/certd } }`));
  const mark = host.journal.mark();
  await enableUnits(host);
  for (const name of renewed) {
    await untilDeployed(name, mark);
    await host.addSite(name);
  }
  configure(renewed.map(deployedInPhases));
  await host.succeed('systemctl', 'reload', 'certd');
});

afterAll(async () => {
  endpoint.close();
  await host?.stop();
});

test.each<[string, CaRequest]>([
  ['before its order', 'newOrder'],
  ['while the CA validates', 'challenge'],
  ['before it has its certificate', 'certificate'],
])('an issuer that is killed %s is started again, and goes on with one order', async (_, kind) => {
  const name = `${kind.toLowerCase()}.certd.test`;
  const { proxy, pebble } = host.ca;
  const [orders, asked] = [pebble.orders(), proxy.count(kind)];
  proxy.spoil({ kind, times: 1, spoil: () => new Promise(() => {}) });
  const mark = await add(name);
  await waitUntil(`the CA is asked for ${kind}`, () => (proxy.count(kind) > asked ? true : null));
  await killIssuer();
  proxy.spoil();
  // By itself it would wait for a minute, lest every start place an order.
  await host.succeed('certd', 'renew', name);
  await untilDeployed(name, mark);
  expect(pebble.orders() - orders).toBe(1);
});

test('an issuer that is killed when it has issued, but not asked for the deployment, asks when it is back', async () => {
  const name = 'unasked.certd.test';
  const orders = host.ca.pebble.orders();
  await host.succeed('systemctl', 'stop', 'certd-deploy.timer');
  // Root's for as long as it takes, so that the request cannot be written.
  await host.succeed('chown', 'root:', '/var/lib/certd/issuer/requests');
  const mark = await add(name);
  await host.journal.until('it is issued', mark, ({ log }) => log?.['msg'] === 'certificate issued');
  await killIssuer();
  await host.succeed('chown', 'certd:', '/var/lib/certd/issuer/requests');
  await host.succeed('systemctl', 'restart', 'certd');
  await untilDeployed(name, mark);
  await host.succeed('systemctl', 'start', 'certd-deploy.timer');
  expect(host.ca.pebble.orders() - orders).toBe(1);
});

test('a deployer that is killed before it changes anything begins again', async () => {
  const name = 'probe.certd.test';
  const before = host.live(name);
  endpoint.hold();
  const mark = await renew(name);
  await endpoint.untilHeld();
  expect(host.live(name)).toBe(before);
  await host.kill('certd-deploy');
  endpoint.release();
  await untilDeployed(name, mark);
  await host.untilPresented(name);
  expect(host.live(name)).not.toBe(before);
  expect(phases()).toEqual(['test', 'hook']);
});

test.each([
  ['test', ['test', 'test', 'hook']],
  ['hook', ['test', 'hook', 'hook']],
])('a deployer that is killed in a %s runs that again, and nothing else twice', async (phase, ran) => {
  const name = `${phase}.certd.test`;
  const reloads = host.reloads();
  await host.succeed('mkfifo', `/run/hold-${phase}`);
  const mark = await renew(name);
  await waitUntil(`the deployer is in the ${phase}`, () => (phases().includes(phase) ? true : null));
  await host.succeed('rm', `/run/hold-${phase}`);
  await host.kill('certd-deploy');
  await untilDeployed(name, mark);
  await host.untilPresented(name);
  expect(phases()).toEqual(ran);
  expect(host.reloads() - reloads).toBe(1);
});

test('a deployer that is killed after its hooks, before it has looked at the server, runs none of them again', async () => {
  const name = 'verify.certd.test';
  const reloads = host.reloads();
  await host.succeed('mkfifo', '/run/hold-hook');
  const mark = await renew(name);
  await waitUntil('the deployer is in its hook', () => (phases().includes('hook') ? true : null));
  endpoint.hold();
  await host.succeed('sh', '-c', 'echo >/run/hold-hook; rm /run/hold-hook');
  await endpoint.untilHeld();
  await host.kill('certd-deploy');
  endpoint.release();
  await untilDeployed(name, mark);
  await host.untilPresented(name);
  expect(phases()).toEqual(['test', 'hook']);
  expect(host.reloads() - reloads).toBe(1);
});

test.each<[string, () => Promise<void>, () => Promise<void>]>([
  [
    'does not run any more',
    async () => void (await host.succeed('systemctl', 'kill', '--kill-who=main', '--signal=STOP', 'certd')),
    async () => {},
  ],
  [
    // A disk that does not answer, as that of a server that is gone.
    'waits for ever for a file of its configuration',
    async () =>
      void (await host.succeed('sh', '-c', 'mkfifo /etc/certd/conf.d/x.yaml; systemctl kill -s HUP certd')),
    async () => void (await host.succeed('rm', '/etc/certd/conf.d/x.yaml')),
  ],
])('an issuer that %s is started again by the watchdog', async (_, hang, mend) => {
  await dropIn(host, 'certd.service', '[Service]\nRestartSec=100ms\nWatchdogSec=3s\n');
  await host.succeed('systemctl', 'restart', 'certd');
  const mark = host.journal.mark();
  await hang();
  const said = (text: string, since: number) =>
    host.journal.until(
      text,
      since,
      ({ unit, message }) => unit === 'certd.service' && message.includes(text),
    );
  const { at } = await said('Watchdog timeout', mark);
  await mend();
  // That of the restart above may have come after the mark.
  await said('Started certd.service', at);
  expect((await host.run(['certd', 'status', '--short'])).stdout).toMatch(/^OK: /);
});

/** Adds a certificate to the configuration, and says from where on the journal is about it. */
async function add(name: string): Promise<number> {
  const mark = host.journal.mark();
  added.push(`{ domains: [${name}], challenge: { webroot: /var/www/certd } }`);
  configure([...renewed.map(deployedInPhases), ...added]);
  await host.succeed('systemctl', 'reload', 'certd');
  return mark;
}

async function killIssuer(): Promise<void> {
  const mark = host.journal.mark();
  await host.kill('certd');
  await host.journal.until('systemd starts certd again', mark, ({ message }) =>
    message.startsWith('Started certd.service'),
  );
}

function deployedInPhases(name: string): string {
  const verify = `[{ connect: "127.0.0.1:${endpoint.port}", server_name: ${name}, timeout: 20s }]`;
  const hooks = '[gated hook, systemctl reload nginx]';
  return `{ domains: [${name}], challenge: { webroot: /var/www/certd }, deploy: { test: gated test, hooks: ${hooks}, verify: ${verify} } }`;
}

function configure(certificates: readonly string[]): void {
  host.configure(`[${certificates.join(', ')}]`);
}

/** Has a certificate renewed, and says from where on the journal is about it. */
async function renew(name: string): Promise<number> {
  const mark = host.journal.mark();
  await host.run(['rm', '-f', '/run/phases']);
  // It waits for the deployer, which is about to be killed.
  host.run(['certd', 'renew', name, '--force']).catch(() => {});
  return mark;
}

function phases(): string[] {
  const file = host.at('/run/phases');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function untilDeployed(name: string, mark: number) {
  return host.journal.until(`${name} is deployed`, mark, ({ message }) =>
    message.startsWith(`${name}: deployed `),
  );
}

/** Hands connections on to a port, or holds them unanswered. */
function holdingProxy(to: number) {
  let holds = false;
  const held: Socket[] = [];
  const server = createServer(client => {
    client.on('error', () => {});
    if (holds) held.push(client);
    else {
      const onward = connect(to, '127.0.0.1').on('error', () => client.destroy());
      client.pipe(onward).pipe(client);
    }
  }).listen(8443, '127.0.0.1');
  return {
    port: 8443,
    hold: () => {
      holds = true;
    },
    untilHeld: () => waitUntil('the deployer looks at the endpoint', () => held.length > 0 || null),
    release: () => {
      holds = false;
      for (const client of held.splice(0)) client.destroy();
    },
    close: () => server.close(),
  };
}
