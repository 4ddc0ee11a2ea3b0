import { describe, expect, it } from 'vitest';
import { type Cause, type DeployCrash, deployCrash } from '../support/deploy-crash.ts';
import { makeCa } from '../support/make-cert.ts';

const seed = Number(process.env['CERTD_SEED'] ?? 20261124);
const minute = 60_000;
const day = 86_400_000;

const testCa = () => makeCa('deploy crash', undefined, { notAfter: new Date(Date.now() + 3650 * day) });

describe('a deploy that is killed at any mutation, and at both ends of any command, is taken up again', () => {
  it.each<[string, Cause, number]>([
    ['on the way forwards', 'nothing', 45],
    ['on the way back from its test', 'test', 33],
    ['on the way back from a hook', 'hook', 60],
    ['on the way back from an endpoint', 'endpoint', 65],
    ['on a way back that fails once itself', 'back', 45],
  ])('%s', async (_, cause, fewest) => {
    const ca = await testCa();
    let after = 0;
    for (let reached = true; reached; after++) {
      const deploy = await deployCrash(ca, cause);
      try {
        reached = await deploy.start(after);
        await expectTakenUp(deploy, cause, `${cause}: killed after ${after}`);
      } finally {
        deploy.host.remove();
      }
    }
    // Fewer would mean that the kill did not reach all of it.
    expect(after).toBeGreaterThan(fewest);
  });
});

/** The pair fits, nothing that succeeded is repeated, and in the end the new one is served. */
async function expectTakenUp(deploy: DeployCrash, cause: Cause, where: string): Promise<void> {
  const { host, before, ran } = deploy;
  expect(host.live(), where).toMatch(/^[0-9a-f]{8}$/);
  const done = [...ran];
  const running = deploy.running();
  await deploy.start();
  const repeated = ran.slice(done.length).filter(run => done.includes(run) && run !== running);
  expect(repeated, `${where}: repeated`).toEqual([]);
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
  host.advance(5 * minute);
  await deploy.start();
  expectDeployed(deploy, where);
}

function expectDeployed(deploy: DeployCrash, where: string): void {
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

it(`fifty deploys that are killed again and again come to their end (CERTD_SEED=${seed})`, async () => {
  const ca = await testCa();
  const draw = seeded(seed);
  const causes: readonly Cause[] = ['nothing', 'test', 'hook', 'endpoint', 'back'];
  for (let round = 0; round < 50; round++) {
    const cause = causes[Math.floor(draw() * causes.length)] ?? 'nothing';
    const kills = Array.from({ length: 1 + Math.floor(draw() * 4) }, () => Math.floor(draw() * 70));
    const where = `CERTD_SEED=${seed}, round ${round}: ${cause}, killed after ${kills.join(', ')}`;
    const deploy = await deployCrash(ca, cause);
    try {
      for (const kill of kills) {
        await deploy.start(kill);
        expect(deploy.host.live(), where).toMatch(/^[0-9a-f]{8}$/);
        deploy.host.advance(Math.floor(draw() * 2) * 2 * minute);
      }
      deploy.mend();
      for (let start = 0; start < 3; start++) {
        deploy.host.advance(60 * minute);
        await deploy.start();
      }
      expectDeployed(deploy, where);
    } finally {
      deploy.host.remove();
    }
  }
});

/** Mulberry32. */
function seeded(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
