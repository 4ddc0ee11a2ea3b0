import type { Millis } from '../core/instant.ts';
import type { DeployJob } from './deploy-job.ts';
import { commandText } from './hook-order.ts';

/** Certificates that share commands, directly or through others. */
export type HookGroup = {
  readonly jobs: readonly DeployJob[];
  /** The texts of all their tests and hooks, sorted: whoever takes turns takes them in this order, and so none waits for ever. */
  readonly commands: readonly string[];
  /** How long these commands may take together. */
  readonly limitMs: Millis;
};

/** Splits what is owed into groups that share no command: a slow one holds up those that need it, and nobody else. */
export function hookGroups(jobs: readonly DeployJob[]): readonly HookGroup[] {
  let groups: HookGroup[] = [];
  for (const job of jobs) {
    const mine = groupOf(job);
    const shares = ({ commands }: HookGroup) => commands.some(text => mine.commands.includes(text));
    const merged = [...groups.filter(shares), mine].reduce(together);
    groups = [...groups.filter(group => !shares(group)), merged];
  }
  return groups;
}

/** What one look may take (`endpoint/probe.ts`). */
const lookMs: Millis = 10_000;

function groupOf(job: DeployJob): HookGroup {
  const { test, hooks, timeoutMs, verify } = job.target.deploy;
  const commands = test === null ? hooks : [test, ...hooks];
  // Forwards and back, and its test once more where it is tried alone.
  const runs = 2 * commands.length + (test === null ? 0 : 1);
  // The same for its endpoints, and the looks in between, each with a limit of its own.
  const waits = 3 * Math.max(0, ...verify.map(endpoint => endpoint.timeoutMs + lookMs));
  const limitMs = runs * timeoutMs + waits;
  return { jobs: [job], commands: [...new Set(commands.map(commandText))].sort(), limitMs };
}

function together(one: HookGroup, other: HookGroup): HookGroup {
  return {
    jobs: [...one.jobs, ...other.jobs],
    commands: [...new Set([...one.commands, ...other.commands])].sort(),
    limitMs: one.limitMs + other.limitMs,
  };
}
