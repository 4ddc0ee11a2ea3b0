import type { CertdError } from '../core/errors.ts';
import { begin } from './begin.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying } from './deploying.ts';
import { giveUp, whyStay } from './give-up.ts';
import { goBack, withdraw } from './go-back.ts';
import { commandText } from './hook-order.ts';
import { runHooks } from './run-hooks.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * Runs the tests of a batch. Where one that several share fails, nobody knows whose fault it is: all of them go back
 * and are tried one at a time (contract section 5). What has failed its test alone is back when this returns.
 */
export async function runTests(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  const failed = await test(batch, parts);
  for (const sharers of Map.groupBy(failed, testText).values()) {
    if (sharers.length === 1) await settle(sharers, parts);
    else await tryApart(sharers, parts);
  }
  await goBack(batch, parts);
}

type Failed = { readonly deploying: Deploying; readonly error: CertdError };

/** Runs the tests and returns whose has failed; of that nothing is on record yet but that it was begun. */
async function test(batch: readonly Deploying[], parts: DeployParts): Promise<readonly Failed[]> {
  const failed: Failed[] = [];
  await runHooks(batch, parts, 'test', async (deploying, error) => {
    if (error.code === 'stopped') throw error;
    deploying.error = error;
    failed.push({ deploying, error });
  });
  return failed;
}

async function settle(failed: readonly Failed[], parts: DeployParts): Promise<void> {
  await sideBySide(failed, ({ deploying, error }) => {
    deploying.error = null;
    return attempt(deploying, parts, () => giveUp(deploying, parts, error));
  });
}

/** Those that cannot go back are in the others' way for good, so they are tested again before any other is tried. */
async function tryApart(failed: readonly Failed[], parts: DeployParts): Promise<void> {
  const goers: Failed[] = [];
  const stayers: Failed[] = [];
  await sideBySide(failed, one => {
    one.deploying.error = null;
    return attempt(one.deploying, parts, async () => {
      const side = whyStay(one.deploying, parts) === null ? goers : stayers;
      side.push(one);
    });
  });
  if (goers.length === 0) return settle(stayers, parts);
  await settle(goers, parts);
  await withdraw(goers.map(deployingOf), parts);
  await settle(await test(stayers.map(deployingOf), parts), parts);
  for (const { deploying } of goers) {
    await attempt(deploying, parts, begin);
    await settle(await test([deploying], parts), parts);
    await goBack([deploying], parts);
  }
}

function deployingOf({ deploying }: Failed): Deploying {
  return deploying;
}

function testText({ deploying }: Failed): string | null {
  const { test: command } = deploying.job.target.deploy;
  return command === null ? null : commandText(command);
}
