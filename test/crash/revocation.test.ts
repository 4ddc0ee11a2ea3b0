import { expect, it, onTestFinished } from 'vitest';
import { runRevoke } from '../../src/daemon/run-revoke.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readRevocations } from '../../src/store/revocations.ts';
import { type CrashHost, crashHost, target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeCa } from '../support/make-cert.ts';
import { makeConfig } from '../support/make-config.ts';

const hour = 3_600_000;
const day = 24 * hour;

const wish = { name: target.name, generation: null, reason: 'superseded', replace: true } as const;

/** Stops `certd revoke` after 0, 1, 2 … mutations until it runs through, and each time recovers as a daemon does. */
it.each(['kill', 'ENOSPC'] as const)(
  'a revocation that is stopped by %s at any mutation is made and replaced, or was never asked for',
  async how => {
    const ca = await makeCa('revoke crash', undefined, { notAfter: new Date(Date.now() + 3650 * day) });
    const host = crashHost(ca);
    onTestFinished(host.remove);
    await host.start(realDisk, 'nothing');
    const rewind = host.keep();
    let after = 0;
    for (let reached = true; reached; after++) {
      rewind();
      const disk = dyingDisk(realDisk, { after, how });
      await Promise.allSettled([host.run(disk, parts => runRevoke(makeConfig([target]), parts, wish))]);
      reached = disk.calls() > after;
      await expectRecovery(host, `stopped by ${how} after ${after} mutations`);
    }
    expect(after).toBeGreaterThan(40);
  },
);

async function expectRecovery(host: CrashHost, where: string): Promise<void> {
  const wasAsked = host.issuer.revoked.length > 0;
  // Whatever was held back by the attempt that was stopped; more than the hour until the CA is asked again.
  for (let round = 0; round < 3; round++) {
    await host.start(realDisk, 'nothing');
    host.advance(2 * hour);
  }
  const kept = readRevocations(host.layout(), target.name);
  if (wasAsked) expect(kept, where).toHaveLength(1);
  // Recorded before the CA was asked, or not recorded and not asked: in between nobody knows, and it is asked.
  expect(host.issuer.revoked.length > 0, where).toBe(kept.length > 0);
  expect(host.issuer.revoked.length, where).toBeLessThanOrEqual(2);
  for (const { confirmedAt } of kept) expect(confirmedAt, where).not.toBeNull();
  expect(host.issuer.orders.length, where).toBeGreaterThanOrEqual(kept.length > 0 ? 2 : 1);
  expect(host.issuer.orders.length, where).toBeLessThanOrEqual(kept.length > 0 ? 3 : 1);
  const live = host.live();
  expect(
    kept.map(({ generation }) => generation.slice(5)),
    `${where}: what is live`,
  ).not.toContain(live);
  for (const hook of ['first', 'second']) expect(host.hooksRun, where).toContain(`${hook} ${live}`);
}
