import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeFile } from '../support/booted/place-certd.ts';
import { dropIn, installUnits, startUnitHost, type UnitHost } from '../support/booted/unit-host.ts';

const name = 'www.certd.test';
const deployers = ['certd-deploy.path', 'certd-deploy.timer'];
let host: UnitHost;

beforeAll(async () => {
  host = await startUnitHost();
  await installUnits(host);
  host.configure(
    `[{ domains: [${name}], challenge: { webroot: /var/www/certd }, deploy: { hooks: [gated, systemctl reload nginx] } }]`,
  );
  placeFile(host.at('/'), '/usr/local/bin/gated', '#!/bin/sh\n[ ! -p /gate ] || cat /gate\n', 0o755);
  const mark = host.journal.mark();
  await host.succeed('systemctl', 'enable', '--now', 'certd.service', ...deployers);
  await untilDeployed(mark);
  await host.addSite(name);
});

afterAll(() => host?.stop());

test('what is owed is deployed by the timer alone: nobody asks, and no issuer runs', async () => {
  await host.succeed('systemctl', 'stop', ...deployers);
  const mark = await renewUndeployed();
  await host.succeed('systemctl', 'stop', 'certd');
  await host.succeed('sh', '-c', 'rm /var/lib/certd/issuer/requests/*');
  // The shipped timer, for somebody with less time.
  await dropIn(
    host,
    'certd-deploy.timer',
    '[Timer]\nOnActiveSec=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms\n',
  );
  await host.succeed('systemctl', 'start', 'certd-deploy.timer');
  await untilDeployed(mark);
  await host.untilPresented(name);
});

test('what is owed when the host goes down is deployed when it is up again', async () => {
  await host.succeed('systemctl', 'start', 'certd');
  const mark = await renewUndeployed();
  await host.reboot();
  await untilDeployed(mark);
  await host.untilPresented(name);
  expect((await host.run(['certd', 'status', '--short'])).stdout).toMatch(/^OK: 1 certificate/);
});

test('a deploy that loses its power in a hook is finished when the host is up again', async () => {
  await host.succeed('mkfifo', '/gate');
  const [mark, live] = [host.journal.mark(), host.live(name)];
  // Cut short with the host.
  host.run(['certd', 'renew', name, '--force']).catch(() => {});
  await host.journal.until('the hook runs', mark, ({ message }) =>
    message.startsWith('Starting certd-hook-gated-'),
  );
  await host.succeed('sh', '-c', 'rm /gate; sync');
  await host.cutPower();
  await untilDeployed(mark);
  await host.untilPresented(name);
  expect(host.live(name)).not.toBe(live);
});

test('a host without a web server gets its certificate through the port 80 that systemd holds', async () => {
  const alone = 'alone.certd.test';
  await host.succeed('systemctl', 'disable', '--now', 'nginx');
  host.configure(`[{ domains: [${alone}], challenge: { standalone: { socket: systemd } } }]`);
  const mark = host.journal.mark();
  await host.succeed('systemctl', 'stop', 'certd.service');
  await host.succeed('systemctl', 'enable', '--now', 'certd-http.socket');
  await host.succeed('systemctl', 'start', 'certd.service');
  await untilDeployed(mark, alone);
  expect(await host.show('certd', 'CapabilityBoundingSet')).toBe('');
});

/** Has the certificate renewed while nobody deploys. */
async function renewUndeployed(): Promise<number> {
  const mark = host.journal.mark();
  // It would wait for the deployer.
  host.run(['certd', 'renew', name, '--force']).catch(() => {});
  await host.journal.until('the deployer is asked', mark, ({ log }) => log?.['msg'] === 'deployer asked');
  return mark;
}

function untilDeployed(mark: number, certificate = name) {
  const says = `${certificate}: deployed `;
  return host.journal.until(says, mark, ({ message }) => message.startsWith(says));
}
