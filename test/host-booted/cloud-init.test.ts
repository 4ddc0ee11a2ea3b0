import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import { type CaOutside, startCaOutside } from '../support/booted/ca-outside.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { placeUserData } from '../support/booted/place-user-data.ts';
import { builtPackage } from '../support/built-package.ts';
import { presentedLeaf } from '../support/presented-leaf.ts';
import { partsOf } from '../support/ready-made/user-data.ts';
import { readText } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'www.certd.test';
const forms = ['deploy/cloud-init/cloud-config.yaml', 'deploy/cloud-init/multipart.txt'] as const;
/** Where the package lies that a real host would download. */
const packageFile = '/root/certd.deb';
let deb: string;
let ca: CaOutside;
let host: BootedHost | undefined;

beforeAll(() => {
  deb = builtPackage('deb');
}, 300_000);

afterEach(async () => {
  await host?.stop();
  host = undefined;
  await ca?.stop();
});

test.each(forms)('%s makes a bare host serve its certificate from its first boot on', async form => {
  ca = await startCaOutside();
  const begin = performance.now();
  const booted = await boot(form);
  const live = booted.at(`/var/lib/certd/live/${domain}/cert.pem`);
  await waitUntil(
    'nginx presents the certificate',
    async () => {
      const leaf = await presentedLeaf({ port: 443, serverName: domain });
      return existsSync(live) && leaf.pem === readFileSync(live, 'utf8') ? true : null;
    },
    110_000,
  );
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `${form}: from the start of the boot to the certificate in a handshake ${seconds.toFixed(1)} s`,
  );
  // What is promised, beside the download of a package: four times of what it takes on a quiet machine.
  expect(seconds).toBeLessThan(60);
  expect(await booted.succeed('certd', 'verify', domain)).toMatch(/match/);
  expect(await booted.run(['cloud-init', 'status', '--long'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^status: done\n/),
  });
  expect(await booted.succeed('stat', '--format=%A %U', '/etc/certd/config.yaml')).toBe('-rw-r--r-- root\n');
  // In memory, so that no later boot finds it.
  expect(
    await booted.succeed('findmnt', '--noheadings', '--output=FSTYPE', '--target=/run/certd-install'),
  ).toBe('tmpfs\n');
  await judge(booted);
});

/** cloud-init itself finds nothing to say of the shipped files. */
async function judge({ run, at }: BootedHost): Promise<void> {
  const [cloudConfig, multipart] = forms.map(readText) as [string, string];
  const wrong = cloudConfig.replace('runcmd:', 'runcmd: [7]\nother:');
  // Older ones have it among the commands for developers.
  const isOld = (await run(['cloud-init', 'schema', '--help'])).code !== 0;
  const schema = ['cloud-init', ...(isOld ? ['devel'] : []), 'schema', '--config-file', '/root/user-data'];
  for (const [index, text] of [cloudConfig, partsOf(multipart)[0] ?? '', wrong].entries()) {
    placeFile(at('/'), '/root/user-data', text);
    const { code, stdout, stderr } = await run(schema);
    if (index < 2)
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        // Version 25 has other words for it than 20 and 22.
        stdout: expect.stringMatching(/^Valid (?:cloud-config:|schema) \/root\/user-data\n$/),
        stderr: '',
      });
    else expect(code).toBe(1);
  }
}

async function boot(form: string): Promise<BootedHost> {
  const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
  host = await bootHost(root => {
    placeUserData(root, ca, form, { domain, package: packageFile, sha256 });
    placeFile(root, '/root/.here', '');
    copyFileSync(deb, join(root, packageFile));
  });
  return host;
}
