import { readdirSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { reconcile } from '../../src/reconcile.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type CrashHost, crashHost, target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeCa, type TestCa } from '../support/make-cert.ts';

const minute = 60_000;

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa('crash test', undefined, { notAfter: new Date(Date.now() + 3650 * 86_400_000) });
});

const pass = (parts: PassParts) => reconcile([target], 'nothing', parts);
const requests = (host: CrashHost) => readdirSync(host.layout().requests);

/** Does this with a disk that dies after 0, 1, 2 … mutations, until one lives; a host of its own each. Returns how many died. */
async function everyKill(
  work: (host: CrashHost, disk: ReturnType<typeof dyingDisk>, after: number) => Promise<void>,
): Promise<number> {
  for (let after = 0; ; after++) {
    const host = crashHost(ca);
    try {
      const disk = dyingDisk(realDisk, { after, how: 'kill' });
      await work(host, disk, after);
      if (disk.calls() <= after) return after;
    } finally {
      host.remove();
    }
  }
}

/** Whether or not it dies of it. */
const stopped = (run: Promise<unknown>) => run.catch(() => undefined);

describe('two processes, killed', () => {
  it('the issuer at any mutation: the next one orders nothing twice, and what is owed is asked for', async () => {
    let twice = 0;
    const kills = await everyKill(async (host, disk, after) => {
      const where = `killed after ${after} mutations`;
      await stopped(host.runIssuer(disk, pass));
      host.advance(2 * minute);
      await host.runIssuer(realDisk, pass);
      expect(requests(host), where).toEqual([target.name]);
      if (host.issuer.orders.length > 1) twice += 1;
      await host.runDeployer(realDisk);
      expect(host.hooksRun, where).toEqual([`first ${host.live()}`, `second ${host.live()}`]);
    });
    expect(kills).toBeGreaterThan(30);
    // Only between an order and its record, which are four mutations: that one lapses at the CA.
    expect(twice).toBeLessThanOrEqual(4);
  });

  it('the deployer at any mutation: the state says what is owed, and not the request that it took', async () => {
    let asked = 0;
    const kills = await everyKill(async (host, disk, after) => {
      const where = `killed after ${after} mutations`;
      await host.runIssuer(realDisk, pass);
      await stopped(host.runDeployer(disk));
      // Also one that it has not come to take yet.
      rmSync(host.layout().requestOf(target.name), { force: true });
      await host.runIssuer(realDisk, pass);
      asked += requests(host).length;
      if (requests(host).length === 0) expect(host.live(), where).not.toBeNull();
      await host.runDeployer(realDisk);
      expect(requests(host), where).toEqual([]);
      // A hook whose end was not written down runs again, and none is left out.
      expect([...new Set(host.hooksRun)], where).toEqual([`first ${host.live()}`, `second ${host.live()}`]);
      await host.runIssuer(realDisk, pass);
      expect(requests(host), where).toEqual([]);
    });
    expect(kills).toBeGreaterThan(25);
    expect(asked).toBeGreaterThan(20);
  });
});
