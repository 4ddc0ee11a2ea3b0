import type { Target } from '../core/model.ts';
import { commandText } from '../deploy/hook-order.ts';
import type { HostParts } from './host-parts.ts';
import { recordBeginning, recordOutcome, recordStart } from './record-after-owed.ts';
import { runAfter, runBefore, type Tried } from './run-attempt-hooks.ts';

/** `attempt.before` and `attempt.after`: certbot’s pre- and post-hooks, around attempts to order. */
export type AttemptHooks = {
  /**
   * Does `work` between the two. Attempts at the same time that have the same commands share them: the first begins,
   * the last ends, and `after` runs once nobody is at work any more. Throws `before-hook-failed` without any work.
   */
  around<T>(target: Target, host: HostParts, work: () => Promise<T>): Promise<T>;
  /** Runs what an earlier attempt still owes. */
  makeUp(target: Target, host: HostParts): Promise<void>;
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
        await recordStart(tried);
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

/** Never rejects: nobody could do anything about it but read of it. */
async function close({ tried }: Bracket): Promise<void> {
  const all = [...tried.values()];
  const [first] = all;
  if (first === undefined) return;
  for (const one of all) await recordBeginning(one);
  const error = await runAfter(first, all);
  for (const one of all) await recordOutcome(one, error);
}
