import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaFace, type CaProxy, startCaProxy } from '../ca-proxy.ts';
import { startDns, type TestDns } from '../dns.ts';
import { startPebble, type TestPebble } from '../pebble.ts';
import { findPrograms } from '../programs.ts';

/** A CA and a DNS server in the network of a booted host, but not on it: they outlive its reboots, as real ones do. */
export type CaOutside = {
  readonly pebble: TestPebble;
  /** Between certd and the CA: sees every request, and holds or spoils those that it is told to. */
  readonly proxy: CaProxy;
  readonly dns: TestDns;
  stop(): Promise<void>;
};

/**
 * `face`: how certd finds the CA; its name then leads there. `eabKeys`: accounts need an external account binding, with
 * one of these MAC keys in base64url.
 */
export async function startCaOutside(
  face?: CaFace,
  eabKeys?: Readonly<Record<string, string>>,
): Promise<CaOutside> {
  const programs = findPrograms();
  const dir = await mkdtemp(join(tmpdir(), 'certd-ca-'));
  const stops: (() => Promise<void>)[] = [async () => rmSync(dir, { recursive: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const dns = await startDns(programs.challtestsrv, dir);
    stops.push(() => dns.process.stop());
    const binding = eabKeys === undefined ? {} : { eabKeys };
    const wish = { validationPort: 80, dnsAddress: dns.address, ...binding };
    const pebble = await startPebble(programs.pebble, dir, wish);
    stops.push(() => pebble.process.stop());
    const proxy = await startCaProxy({ dir, pebble }, Date.now, face);
    if (face !== undefined) await dns.setAddresses(face.name, [face.address]);
    stops.push(proxy.stop);
    return { pebble, proxy, dns, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}
