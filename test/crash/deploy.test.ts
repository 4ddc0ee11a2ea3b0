import { expect, it, onTestFinished } from 'vitest';
import { type Cause, type DeployCrash, deployCrash } from '../support/deploy-crash.ts';
import { deployCrashCa, describeDeployStops, expectDeployed } from '../support/deploy-stops.ts';

const seed = Number(process.env['CERTD_SEED'] ?? 20261124);
const minute = 60_000;

describeDeployStops(
  'a deploy that is killed at any mutation, and at both ends of any command, is taken up again',
  'kill',
);

it(`fifty deploys that are killed again and again come to their end (CERTD_SEED=${seed})`, async () => {
  const ca = await deployCrashCa();
  const draw = seeded(seed);
  const causes: readonly Cause[] = ['nothing', 'test', 'hook', 'endpoint', 'back'];
  const deploys = new Map<Cause, DeployCrash>();
  for (const cause of causes) {
    const deploy = await deployCrash(ca, cause);
    onTestFinished(deploy.host.remove);
    deploys.set(cause, deploy);
  }
  for (let round = 0; round < 50; round++) {
    const [cause, deploy] = [...deploys][Math.floor(draw() * causes.length)] ?? expect.fail('no cause');
    const kills = Array.from({ length: 1 + Math.floor(draw() * 4) }, () => Math.floor(draw() * 70));
    const where = `CERTD_SEED=${seed}, round ${round}: ${cause}, killed after ${kills.join(', ')}`;
    deploy.rewind();
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
