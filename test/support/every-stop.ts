import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type CrashHost, crashHost, target } from './crash-host.ts';
import { dyingDisk } from './dying-disk.ts';
import { makeCa } from './make-cert.ts';
import { makeOutput } from './output-room.ts';
import { powerLossDisk } from './power-loss.ts';

const day = 86_400_000;

/** Stops a pass at each of its mutations, in each way that a program can be stopped, and looks at what is left. */
export function describeEveryStop(scenario: string, prepare: Prepare): void {
  describe(`${scenario} that is stopped`, () => {
    it('by a kill after any mutation is taken up again', async () => {
      await everyStop(prepare, async (host, after) => {
        const disk = dyingDisk(realDisk, { after, how: 'kill' });
        await stopped(host.start(disk, 'nothing', { targets: [withOutput(host)] }));
        return disk.calls() > after;
      });
    });

    for (const how of ['ENOSPC', 'EIO'] as const) {
      it(`by ${how} at any mutation is taken up again`, async () => {
        await everyStop(prepare, async (host, after) => {
          const disk = dyingDisk(realDisk, { after, how });
          await stopped(host.start(disk, 'nothing', { targets: [withOutput(host)] }));
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
        await stopped(host.start(disk, 'nothing', { targets: [withOutput(host)] }));
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
  const host = crashHost(ca);
  onTestFinished(host.remove);
  const start = await prepare(host);
  const rewind = host.keep();
  let after = 0;
  for (let reached = true; reached; after++) {
    rewind();
    reached = await stop(host, after);
    await expectRecovery(host, start, `stopped after ${after} mutations`);
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
    output: outputOf(host),
    orders: host.issuer.orders.length,
    recorded: isRecorded(host, start.orders) || host.issuer.taken.length > start.orders,
  };
  await host.start(realDisk, 'nothing', { targets: [withOutput(host)] });
  // A failure that was counted holds the next attempt back for a while, never longer than this.
  host.advance(25 * 3_600_000);
  await host.start(realDisk, 'nothing', { targets: [withOutput(host)] });

  const live = host.live();
  expect(live, where).not.toBe(start.before);
  expect(live, where).not.toBeNull();
  expect([start.before, live], `${where}: the output`).toContain(afterStop.output);
  expect(outputOf(host), `${where}: the output in the end`).toBe(live);
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

/** The certificate of the tests, with an output that HAProxy would read. */
export function withOutput({ dir }: CrashHost): Target {
  return { ...target, files: [makeOutput({ path: join(dir, 'combined.pem') })] };
}

/** Which generation the output has, as its reader finds it; null where there is none. Throws for half of one, or a mixture. */
function outputOf({ dir }: CrashHost): string | null {
  const path = join(dir, 'combined.pem');
  if (!existsSync(path)) return null;
  expect(statSync(path).mode & 0o777).toBe(0o400);
  const text = readFileSync(path, 'utf8');
  const certificate = new X509Certificate(text);
  expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
  expect(text).toMatch(/-----END PRIVATE KEY-----\n$/);
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase().slice(0, 8);
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
  return [...entries, ...readdirSync(host.dir)].filter(entry => /(^|\/)\.(new|old|certd-new)-/.test(entry));
}

/** The pass may die or report its failure; what counts is what it leaves. */
async function stopped(pass: Promise<unknown>): Promise<void> {
  await Promise.allSettled([pass]);
}
