import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import type { CaOutside } from '../support/booted/ca-outside.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { placeLetsencrypt, startLetsencrypt } from '../support/booted/place-letsencrypt.ts';
import { nginxConfig } from '../support/booted/unit-host.ts';
import { builtPackage } from '../support/built-package.ts';
import { runCloudCommand } from '../support/ready-made/cloud-assistant.ts';
import { readText } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'www.certd.test';
const packageFile = '/root/certd.deb';
let script: string;
let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  const deb = builtPackage('deb');
  const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
  script = readText('deploy/cloud-assistant/run-command.sh')
    .replaceAll('PACKAGE_URL', packageFile)
    .replaceAll('PACKAGE_SHA256', sha256)
    .replaceAll("'YOUR_DOMAIN'", `'${domain}'`)
    .replaceAll("'YOUR_EMAIL'", "'ops@certd.test'");
  ca = await startLetsencrypt();
  host = await bootHost(root => {
    placeLetsencrypt(root, ca);
    placeFile(root, '/etc/nginx/nginx.conf', nginxConfig);
    placeFile(root, '/root/.here', '');
    copyFileSync(deb, join(root, packageFile));
  });
}, 300_000);

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('where settings were forgotten nothing is changed', async () => {
  const outcome = await runCloudCommand(host, readText('deploy/cloud-assistant/run-command.sh'));
  expect(outcome).toMatchObject({ code: 65, stdout: '', stderr: expect.stringContaining('is no .deb') });
  expect(existsSync(host.at('/usr/bin/certd'))).toBe(false);
});

test('the command installs certd within the minute that Cloud Assistant gives it, and a certificate follows', async () => {
  const { code, stdout, stderr } = await runCloudCommand(host, script);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringMatching(/^[A-Z]+: .*\n$/) });
  await waitUntil('there is a certificate', () =>
    existsSync(host.at(`/var/lib/certd/live/${domain}/cert.pem`)) ? true : null,
  );
  expect(readFileSync(host.at('/etc/certd/config.yaml'), 'utf8')).toContain('systemctl reload nginx');
});
