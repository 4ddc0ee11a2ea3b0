import { readdirSync, readFileSync } from 'node:fs';
import type { HostRecord } from '../../src/core/host/host-change.ts';
import type { HostFact } from '../../src/core/host/host-identity.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import type { Target } from '../../src/core/model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { noticeHost } from '../../src/daemon/notice-host.ts';
import { type PassAnswer, runPass } from '../../src/daemon/run-pass.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readHostRecord } from '../../src/store/host-record.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { authority, type CrashHost } from './crash-host.ts';
import { makeConfig } from './make-config.ts';

const machineId = (value: string): readonly HostFact[] => [
  { source: 'machine-id', file: '/etc/machine-id', value },
];

/** The host that the state is made on, and the one that it is copied to. */
export const original = machineId('a'.repeat(32));
export const copy = machineId('b'.repeat(32));

/** A start of certd on a host that says this of itself, and what is done there. */
export function startOn<T>(
  host: CrashHost,
  facts: readonly HostFact[],
  targets: readonly Target[],
  job: (parts: PassParts) => Promise<T>,
  disk: Disk = realDisk,
): Promise<T> {
  return host.run(disk, async parts => {
    await noticeHost(targets, parts, facts);
    return job(parts);
  });
}

/** A start with one pass. */
export function passOn(
  host: CrashHost,
  facts: readonly HostFact[],
  targets: readonly Target[],
  { asked = 'nothing', disk = realDisk }: { readonly asked?: Asked; readonly disk?: Disk } = {},
): Promise<PassAnswer> {
  const config = makeConfig(targets);
  return startOn(host, facts, targets, parts => runPass(config, parts, { names: null, asked }), disk);
}

/** The first certificates, on the original, whose account has a key on disk; returns that key. */
export async function issuedOnOriginal(host: CrashHost, targets: readonly Target[]): Promise<string> {
  const keyPem = await generateKey('ecdsa-p256');
  await passOn(host, original, targets);
  const account = accountStore(realDisk, host.layout(), authority.directoryUrl);
  await account.createKey(keyPem);
  await account.save({ url: 'https://ca.test/account/1', email: null, leaving: false });
  return keyPem;
}

export function recordOf(host: CrashHost): HostRecord | null {
  return readHostRecord(host.layout());
}

/** Names of the directories below `accounts/` and `work/`. */
export function leftOf(host: CrashHost): { readonly accounts: string[]; readonly work: string[] } {
  const { accounts, work } = host.layout();
  return { accounts: readdirSync(accounts), work: readdirSync(work) };
}

/** Whether a text is in any file of the issuer. */
export function isOnDisk(host: CrashHost, text: string): boolean {
  const { issuer } = host.layout();
  const entries = readdirSync(issuer, { recursive: true, withFileTypes: true });
  return entries.some(
    entry => entry.isFile() && readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8').includes(text),
  );
}
