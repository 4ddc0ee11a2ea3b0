import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cause, type DeployCrash, deployCrash, type Stop } from './deploy-crash.ts';
import { makeCa } from './make-cert.ts';

const minute = 60_000;
const day = 86_400_000;

export const deployCrashCa = () =>
  makeCa('deploy crash', undefined, { notAfter: new Date(Date.now() + 3650 * day) });

/** Where a deploy can turn, and how many stops there are at least on each way: fewer would not have reached all of it. */
const ways: readonly (readonly [string, Cause, number])[] = [
  ['on the way forwards', 'nothing', 35],
  ['on the way back from its test', 'test', 27],
  ['on the way back from a hook', 'hook', 46],
  ['on the way back from an endpoint', 'endpoint', 49],
  ['on a way back that fails once itself', 'back', 35],
];

/** Stops the same deploy after 0, 1, 2 … mutations until it runs through, and each time looks and recovers. */
export function describeDeployStops(title: string, how: Stop): void {
  describe(title, () => {
    it.each(ways)('%s', async (_, cause, fewest) => {
      const ca = await deployCrashCa();
      const deploy = await deployCrash(ca, cause);
      onTestFinished(deploy.host.remove);
      let after = 0;
      for (let reached = true; reached; after++) {
        deploy.rewind();
        reached = await deploy.start(after, how);
        await expectTakenUp(deploy, cause, `${cause}: ${how} after ${after}`);
      }
      expect(after).toBeGreaterThan(fewest);
    });
  });
}

/** The pair fits, nothing that succeeded is repeated, and in the end the new one is served. */
async function expectTakenUp(deploy: DeployCrash, cause: Cause, where: string): Promise<void> {
  const { host, before, ran } = deploy;
  expect(host.live(), where).toMatch(/^[0-9a-f]{8}$/);
  const done = [...ran];
  const running = deploy.running();
  const { lastError, underWay } = deploy.state();
  // A disk that fails has a back-off, and a way back that has failed so goes on with another attempt.
  if (lastError?.code === 'disk-failed') host.advance(2 * minute);
  await deploy.start();
  if (underWay?.back?.failed !== true) {
    const repeated = ran.slice(done.length).filter(run => done.includes(run) && run !== running);
    expect(repeated, `${where}: repeated`).toEqual([]);
  }
  if (cause === 'back') {
    host.advance(3 * minute);
    await deploy.start();
  }
  if (cause !== 'nothing') {
    expect(host.live(), `${where}: live`).toBe(before);
    expect(deploy.loaded(), `${where}: loaded`).toBe(before);
    expect(deploy.state(), where).toMatchObject({ deployed: `0001-${before}`, underWay: null });
    expect(deploy.state().refused, where).toMatch(/^0002-/);
    expectFiles(deploy, where);
  }
  deploy.mend();
  host.advance(30 * minute);
  await deploy.start();
  expectDeployed(deploy, where);
}

export function expectDeployed(deploy: DeployCrash, where: string): void {
  const live = deploy.host.live();
  expect(live, where).not.toBe(deploy.before);
  expect(deploy.state(), where).toMatchObject({
    deployed: `0002-${live}`,
    underWay: null,
    refused: null,
    failures: 0,
    served: [{ state: 'match' }],
  });
  expect(deploy.loaded(), `${where}: loaded`).toBe(live);
  for (const word of ['check', 'reload', 'tell']) expect(deploy.ran, where).toContain(`${word} ${live}`);
  expect(deploy.host.issuer.orders, where).toHaveLength(2);
  expectFiles(deploy, where);
}

function expectFiles(deploy: DeployCrash, where: string): void {
  const { found, wanted } = deploy.output();
  expect(found === wanted, `${where}: the output file`).toBe(true);
}
