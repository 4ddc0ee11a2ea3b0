import { readFileSync } from 'node:fs';
import type { CaFace } from '../ca-proxy.ts';
import { type CaOutside, startCaOutside } from './ca-outside.ts';
import { placeFile } from './place-certd.ts';

/** As a client finds Let’s Encrypt’s production CA. The address has its port 443 to itself in scripts/in-netns. */
const face: CaFace = {
  name: 'acme-v02.api.letsencrypt.org',
  address: '127.0.0.2',
  port: 443,
  directoryPath: '/directory',
};

/** A CA that a configuration without any word about CAs leads to. */
export function startLetsencrypt(): Promise<CaOutside> {
  return startCaOutside(face);
}

/** Puts its roots among those that the whole host trusts, as an operator of a private CA would. */
export function placeLetsencrypt(root: string, { proxy, pebble }: CaOutside): void {
  placeFile(root, '/etc/resolv.conf', 'nameserver 127.0.0.1\n');
  placeFile(root, '/etc/ssl/certs/ca-https.pem', readFileSync(proxy.trustFile, 'utf8'));
  placeFile(root, '/etc/ssl/certs/ca-roots.pem', readFileSync(pebble.rootsFile, 'utf8'));
}
