import { readText } from '../source-tree.ts';
import type { CaOutside } from './ca-outside.ts';
import { placeFile } from './place-certd.ts';
import { placeCa } from './unit-host.ts';

const seed = '/var/lib/cloud/seed/nocloud';

/**
 * A host that is about to boot for the first time, with one of the shipped user-data: what stands in capitals is
 * replaced, and the configuration is given the CA beside the host.
 */
export function placeUserData(
  root: string,
  ca: CaOutside,
  path: string,
  wish: { readonly domain: string; readonly package: string; readonly sha256: string },
): void {
  placeCa(root, ca);
  const text = readText(path)
    .replaceAll('PACKAGE_URL', wish.package)
    .replaceAll('PACKAGE_SHA256', wish.sha256)
    .replaceAll('YOUR_DOMAIN', wish.domain)
    .replaceAll('YOUR_EMAIL', 'ops@certd.test')
    .replace(
      /^( *)certificates:\n/m,
      (line, indent: string) =>
        caLines(ca)
          .map(each => `${indent}${each}\n`)
          .join('') + line,
    );
  // The image has no SSH: newer cloud-init counts each key that it cannot make for it as a fault of the boot.
  placeFile(root, '/etc/cloud/cloud.cfg.d/91-no-ssh.cfg', 'ssh_genkeytypes: []\n');
  placeFile(root, `${seed}/user-data`, text);
  placeFile(root, `${seed}/meta-data`, `instance-id: i-${process.pid}\n`);
}

function caLines(ca: CaOutside): string[] {
  const keys = `trust: /etc/certd/ca-https.pem, roots: /etc/certd/ca-roots.pem`;
  return ['ca: pebble', `cas: { pebble: { directory: "${ca.proxy.directoryUrl}", ${keys} } }`];
}
