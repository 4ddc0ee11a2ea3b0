import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import { type CaOutside, startCaOutside } from '../support/booted/ca-outside.ts';
import { placeCertd, placeFile } from '../support/booted/place-certd.ts';
import { waitUntil } from '../support/wait-until.ts';

let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  ca = await startCaOutside();
  host = await bootHost(root => {
    placeCertd(root);
    placeFile(root, '/etc/resolv.conf', 'nameserver 127.0.0.1\n');
    placeFile(root, '/etc/certd/ca-https.pem', readFileSync(ca.proxy.trustFile, 'utf8'));
    placeFile(root, '/etc/certd/ca-roots.pem', readFileSync(ca.pebble.rootsFile, 'utf8'));
    placeFile(root, '/etc/nginx/conf.d/site.conf', 'server { listen 80; root /var/www/certd; }\n');
    placeFile(root, '/etc/certd/config.yaml', config());
    placeFile(root, '/var/www/certd/index.html', '');
  });
});

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('a daemon in a unit of Type=notify tells systemd that it is ready, and gets its first certificate', async () => {
  const mark = host.journal.mark();
  const unit = ['--unit=alone', '--property=Type=notify', '--property=RuntimeDirectory=certd'];
  // Returns once the unit is active.
  await host.succeed('systemd-run', ...unit, 'certd', 'run');
  await host.journal.until('certd deploys', mark, ({ log }) => log?.['msg'] === 'generation deployed');
  await waitUntil('systemctl status says so', async () => {
    const text = await host.succeed('systemctl', 'show', '--property=StatusText', 'alone');
    return text === 'StatusText=OK: 1 certificate, the next renewal is www.certd.test in 59d\n' ? text : null;
  });
});

test('a reboot of the host keeps what is on its disk', async () => {
  const live = '/var/lib/certd/live/www.certd.test/cert.pem';
  const before = readFileSync(host.at(live), 'utf8');
  await host.reboot();
  expect(readFileSync(host.at(live), 'utf8')).toBe(before);
  await host.cutPower();
  expect(readFileSync(host.at(live), 'utf8')).toBe(before);
});

function config(): string {
  return `account: { email: ops@certd.test, agree_tos: true }
ca: pebble
cas:
  pebble:
    directory: ${ca.proxy.directoryUrl}
    trust: /etc/certd/ca-https.pem
    roots: /etc/certd/ca-roots.pem
certificates:
  - domains: [www.certd.test]
    challenge: { webroot: /var/www/certd }
    deploy: { hooks: [nginx -s reload] }
`;
}
