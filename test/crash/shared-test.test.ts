import { expect, it, onTestFinished } from 'vitest';
import { deployCrashCa } from '../support/deploy-stops.ts';
import { type SharedCrash, sharedCrash } from '../support/shared-crash.ts';

const minute = 60_000;

it('a test that two certificates share, and that fails for one, can be killed at any mutation and both ends of any command', async () => {
  const ca = await deployCrashCa();
  const shared = await sharedCrash(ca);
  onTestFinished(shared.host.remove);
  let after = 0;
  for (let reached = true; reached; after++) {
    shared.rewind();
    reached = await shared.start(after);
    await expectTakenUp(shared, `killed after ${after}`);
  }
  // Fewer would mean that the kill did not reach all of it.
  expect(after).toBeGreaterThan(80);
});

/** The good one goes live, the bad one does not until it is good, and no server is told of it before. */
async function expectTakenUp(shared: SharedCrash, where: string): Promise<void> {
  const { host, before, loads } = shared;
  for (const which of ['good', 'bad'] as const) expect(shared.live(which), where).toMatch(/^[0-9a-f]{8}$/);
  await shared.start();
  // A kill between the failure and the tries apart refuses both for a minute: only then each is tried alone.
  host.advance(2 * minute);
  await shared.start();
  expect(
    loads.filter(({ bad }) => bad !== before.bad),
    `${where}: told of the bad one`,
  ).toEqual([]);
  const good = shared.live('good');
  expect(good, `${where}: the good one`).not.toBe(before.good);
  expect(shared.state('good'), where).toMatchObject({
    deployed: `0002-${good}`,
    underWay: null,
    failures: 0,
  });
  expect(loads.at(-1), `${where}: loaded`).toEqual({ good, bad: before.bad });
  // Twice where the kill fell between the reload and its record.
  expect(loads.length, `${where}: reloads`).toBeLessThanOrEqual(2);
  expect(shared.live('bad'), `${where}: the bad one`).toBe(before.bad);
  expect(shared.state('bad'), where).toMatchObject({ deployed: `0001-${before.bad}`, underWay: null });
  expect(shared.state('bad').refused, where).toMatch(/^0002-/);

  shared.mend();
  host.advance(30 * minute);
  await shared.start();
  const bad = shared.live('bad');
  expect(bad, `${where}: the bad one in the end`).not.toBe(before.bad);
  expect(shared.state('bad'), where).toMatchObject({ deployed: `0002-${bad}`, refused: null, failures: 0 });
  expect(loads.at(-1), `${where}: loaded in the end`).toEqual({ good, bad });
  expect(host.issuer.orders, where).toHaveLength(4);
}
