import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import type { CaOutside } from '../support/booted/ca-outside.ts';
import { placeCertd, placeFile } from '../support/booted/place-certd.ts';
import { placeLetsencrypt, startLetsencrypt } from '../support/booted/place-letsencrypt.ts';
import { readText } from '../support/source-tree.ts';

const smallest = /^```yaml\n([\s\S]*?)^```$/m.exec(readText('README.md'))?.[1] ?? '';

let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  ca = await startLetsencrypt();
  host = await bootHost(root => {
    placeCertd(root);
    placeLetsencrypt(root, ca);
    placeFile(root, '/etc/certd/config.yaml', smallest);
    placeFile(root, '/var/www/certd/index.html', '');
    placeFile(root, '/etc/nginx/conf.d/site.conf', 'server { listen 80; root /var/www/certd; }\n');
  });
});

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('the smallest configuration of the README is all that a host needs', async () => {
  expect(smallest).toContain('domains: [example.com, www.example.com]');
  await host.succeed('certd', 'renew');
  expect(ca.proxy.count('newOrder')).toBe(1);
  const { code, stdout } = await host.run(['certd', 'status', '--json']);
  // Nobody declared where the certificate is presented, and no daemon runs.
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    source: 'disk',
    certificates: [{ name: 'example.com', ca: 'letsencrypt', deploy: { state: 'deployed' }, problems: [] }],
  });
});
