import { nextDeployAttempt } from '../core/backoff.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import { commandText } from '../deploy/hook-order.ts';
import { readAfterOwed, writeAfterOwed } from '../store/after-owed.ts';
import { type AttemptHost, runAfter, runBefore, type Tried } from './run-attempt-hooks.ts';

/** `attempt.before` and `attempt.after`: certbot’s pre- and post-hooks, around attempts to order. */
export type AttemptHooks = {
  /**
   * Does `work` between the two. Attempts at the same time that have the same commands share them: the first begins,
   * the last ends, and `after` runs once nobody is at work any more. Throws `before-hook-failed` without any work.
   */
  around<T>(target: Target, host: AttemptHost, work: () => Promise<T>): Promise<T>;
  /** Runs what an earlier attempt still owes. */
  makeUp(target: Target, host: AttemptHost): Promise<void>;
  /** Resolves once no attempt with these commands is under way, and `after` has run. */
  over(target: Target): Promise<void>;
};

/** Attempts under way at the same time with the same commands. */
type Bracket = {
  users: number;
  opening: Promise<void> | null;
  /** Nobody can join any more. */
  closes: boolean;
  readonly tried: Map<string, Tried>;
  readonly over: Promise<void>;
  readonly end: () => void;
};

export function openAttemptHooks(): AttemptHooks {
  const brackets = new Map<string, Bracket>();
  const enter = async (target: Target) => {
    const key = keyOf(target);
    for (let found = brackets.get(key); found?.closes === true; found = brackets.get(key)) await found.over;
    const bracket = brackets.get(key) ?? newBracket();
    brackets.set(key, bracket);
    bracket.users += 1;
    return bracket;
  };
  const leave = (target: Target, bracket: Bracket) => {
    bracket.users -= 1;
    if (bracket.users > 0) return;
    bracket.closes = true;
    void close(bracket).then(() => {
      brackets.delete(keyOf(target));
      bracket.end();
    });
  };
  return {
    async around(target, host, work) {
      const { before, after } = target.attempt;
      if (before.length === 0 && after.length === 0) return work();
      const bracket = await enter(target);
      const tried: Tried = { target, host, renewed: null };
      try {
        await owe(tried);
        bracket.tried.set(target.name, tried);
        bracket.opening ??= runBefore(tried);
        await bracket.opening;
        tried.renewed = false;
        const result = await work();
        tried.renewed = true;
        return result;
      } finally {
        leave(target, bracket);
      }
    },
    async makeUp(target, host) {
      if (target.attempt.after.length === 0)
        host.log.warn(goneFields(target), 'commands after an attempt are not run');
      const bracket = await enter(target);
      bracket.tried.set(target.name, { target, host, renewed: null });
      leave(target, bracket);
      await bracket.over;
    },
    over: target => brackets.get(keyOf(target))?.over ?? Promise.resolve(),
  };
}

/** The configuration has none any more: nothing is left to be done but to say so. */
function goneFields({ name }: Target) {
  const reason =
    'an attempt owes them, and `attempt.after` is empty now: what was stopped may still be stopped';
  return { certificate: name, code: 'after-gone', reason };
}

/** What two certificates must have in common to share their commands. */
function keyOf({ attempt: { before, after } }: Target): string {
  return JSON.stringify([before.map(commandText), after.map(commandText)]);
}

function newBracket(): Bracket {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  return { users: 0, opening: null, closes: false, tried: new Map(), over, end };
}

/** Before anything of `before` runs: whatever it stops must be started again, also after a `kill -9`. */
async function owe({ target, host }: Tried): Promise<void> {
  if (target.attempt.after.length === 0) return;
  const { disk, layout, clock, world } = host;
  const file = layout.attemptOf(target.name);
  const owed = readAfterOwed(layout, target.name);
  const fresh = { since: clock.now(), failures: 0, nextAttemptAt: null, lastError: null };
  await writeAfterOwed(disk, file, owed ?? fresh);
  world.forget(target.name);
}

/** Never rejects: nobody could do anything about it but read of it. */
async function close({ tried }: Bracket): Promise<void> {
  const all = [...tried.values()];
  const [first] = all;
  if (first === undefined) return;
  for (const one of all) await countBeginning(one);
  const error = await runAfter(first, all);
  for (const one of all) await settle(one, error);
}

/**
 * Each beginning counts until it has a result: commands that restart certd, or are there when it is killed, would run at
 * every start for ever. The first one that was cut short is made up at once, later ones wait as failures do.
 */
async function countBeginning({ target, host }: Tried): Promise<void> {
  const { disk, layout, clock, random } = host;
  const file = layout.attemptOf(target.name);
  try {
    const owed = readAfterOwed(layout, target.name);
    if (owed === null) return;
    const failures = owed.failures + 1;
    const nextAttemptAt = failures === 1 ? null : waitAfter(failures, clock.now(), random());
    await writeAfterOwed(disk, file, { ...owed, failures, nextAttemptAt });
  } catch (thrown) {
    // They must run all the same; their outcome meets the same disk.
    const error = asCertdError(thrown);
    host.log.warn({ certificate: target.name, ...logFields(error) }, 'a beginning could not be counted');
  }
}

/** A stop leaves it owed. */
async function settle({ target, host }: Tried, error: CertdError | null): Promise<void> {
  const { disk, layout, world, log } = host;
  if (error?.code === 'stopped') return;
  const file = layout.attemptOf(target.name);
  try {
    const owed = readAfterOwed(layout, target.name);
    const failed = error === null || owed === null ? null : { owed, error };
    await writeAfterOwed(disk, file, failed === null ? null : stillOwed(failed, host));
    world.recorded(target.name);
  } catch (thrown) {
    const unwritten = asCertdError(thrown);
    world.unrecorded(target.name, unwritten);
    log.error({ certificate: target.name, ...logFields(unwritten) }, 'outcome could not be recorded');
  }
  world.forget(target.name);
}

function stillOwed(
  {
    owed,
    error,
  }: { readonly owed: NonNullable<ReturnType<typeof readAfterOwed>>; readonly error: CertdError },
  { clock, random }: AttemptHost,
) {
  const now = clock.now();
  const failures = Math.max(1, owed.failures);
  return {
    since: owed.since,
    failures,
    nextAttemptAt: waitAfter(failures, now, random()),
    lastError: {
      code: error.code,
      message: error.message,
      at: now,
      since: owed.lastError?.since ?? now,
      problemType: null,
    },
  };
}

/** What is stopped meanwhile is missed: it is tried again after a quarter of an hour at the latest. */
const mostDoublings = 4;

function waitAfter(failures: number, now: Instant, draw: number): Instant {
  return nextDeployAttempt(Math.min(failures, mostDoublings + 1), now, draw);
}
