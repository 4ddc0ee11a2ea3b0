import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { type CrashHost, crashHost, target } from './crash-host.ts';
import { dyingDisk } from './dying-disk.ts';
import { makeCa } from './make-cert.ts';
import { powerLossDisk } from './power-loss.ts';

const day = 86_400_000;

/** Stops a pass at each of its mutations, in each way that a program can be stopped, and looks at what is left. */
export function describeEveryStop(scenario: string, prepare: Prepare): void {
  describe(`${scenario} that is stopped`, () => {
    it('by a kill after any mutation is taken up again', async () => {
      await everyStop(prepare, async (host, after) => {
        const disk = dyingDisk(realDisk, { after, how: 'kill' });
        await stopped(host.start(disk, 'nothing'));
        return disk.calls() > after;
      });
    });

    for (const how of ['ENOSPC', 'EIO'] as const) {
      it(`by ${how} at any mutation is taken up again`, async () => {
        await everyStop(prepare, async (host, after) => {
          const disk = dyingDisk(realDisk, { after, how });
          await stopped(host.start(disk, 'nothing'));
          return disk.calls() > after;
        });
      });
    }

    it('by a power loss after any mutation, with what was not synced gone, is taken up again', async () => {
      await everyStop(prepare, async (host, after) => {
        const { root } = host.layout();
        if (!existsSync(root)) await realDisk.makeDir(root, 0o755);
        const power = powerLossDisk(realDisk, root);
        const disk = dyingDisk(power.disk, { after, how: 'kill' });
        await stopped(host.start(disk, 'nothing'));
        power.leave(join(host.dir, 'after'));
        host.moveState(join(host.dir, 'after'));
        return disk.calls() > after;
      });
    });
  });
}

type Prepare = (host: CrashHost) => Promise<{ readonly orders: number; readonly before: string | null }>;

/** Stops the same pass after 0, 1, 2 … mutations until it runs through, and each time looks and recovers. */
async function everyStop(prepare: Prepare, stop: (host: CrashHost, after: number) => Promise<boolean>) {
  const ca = await makeCa('crash test', undefined, { notAfter: new Date(Date.now() + 3650 * day) });
  let after = 0;
  for (let reached = true; reached; after++) {
    const host = crashHost(ca);
    try {
      const start = await prepare(host);
      reached = await stop(host, after);
      await expectRecovery(host, start, `stopped after ${after} mutations`);
    } finally {
      host.remove();
    }
  }
  // A pass has far more mutations than this; fewer would mean that the disk was not wrapped.
  expect(after).toBeGreaterThan(40);
}

async function expectRecovery(
  host: CrashHost,
  start: { readonly orders: number; readonly before: string | null },
  where: string,
) {
  const afterStop = {
    live: host.live(),
    orders: host.issuer.orders.length,
    recorded: isRecorded(host, start.orders) || host.issuer.taken.length > start.orders,
  };
  await host.start(realDisk, 'nothing');
  // A failure that was counted holds the next attempt back for a while, never longer than this.
  host.advance(25 * 3_600_000);
  await host.start(realDisk, 'nothing');

  const live = host.live();
  expect(live, where).not.toBe(start.before);
  expect(live, where).not.toBeNull();
  if (afterStop.live !== start.before) expect(afterStop.live, `${where}: the live pair`).toBe(live);
  if (afterStop.recorded) expect(host.issuer.orders.length, `${where}: orders`).toBe(afterStop.orders);
  expect(host.issuer.orders.length - start.orders, `${where}: orders in all`).toBeLessThanOrEqual(2);
  for (const hook of ['first', 'second']) {
    const runs = host.hooksRun.filter(run => run === `${hook} ${live}`).length;
    expect(runs, `${where}: runs of the ${hook} hook`).toBeGreaterThanOrEqual(1);
    expect(runs, `${where}: runs of the ${hook} hook`).toBeLessThanOrEqual(2);
  }
  expect(host.webrootFiles(), `${where}: challenge files`).toEqual([]);
  expect(leftovers(host), `${where}: leftovers`).toEqual([]);
}

/** Whether the stop left an order on disk, or what became of it: then nothing may be ordered again. */
function isRecorded(host: CrashHost, generations: number): boolean {
  const { workOf, issuedOf } = host.layout();
  const issued = issuedOf(target.name);
  const count = existsSync(issued) ? readdirSync(issued).length : 0;
  return existsSync(join(workOf(target.name), 'order.json')) || count > generations;
}

function leftovers(host: CrashHost): readonly string[] {
  const entries = readdirSync(host.layout().root, { recursive: true, encoding: 'utf8' });
  return entries.filter(entry => /(^|\/)\.(new|old)-/.test(entry));
}

/** The pass may die or report its failure; what counts is what it leaves. */
async function stopped(pass: Promise<unknown>): Promise<void> {
  await Promise.allSettled([pass]);
}
