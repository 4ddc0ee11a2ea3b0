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
