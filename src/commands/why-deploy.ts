import { catalogue } from '../core/catalogue.ts';
import type { DeployHold } from '../core/deploy/deploy-hold.ts';
import { isTakenBack } from '../core/deploy/deploy-verdict.ts';
import { opensAt, windowText } from '../core/deploy/deploy-window.ts';
import { owedFiles } from '../core/deploy/files-key.ts';
import type { Instant } from '../core/instant.ts';
import type { Look } from '../core/issue/due.ts';
import type { FailureRecord } from '../core/issue/failure-record.ts';
import type { Target } from '../core/model.ts';
import { planFor } from '../core/plan.ts';
import { when } from './why-words.ts';

/** What is deployed, and what is owed. */
export function deployLines({ target, seen, now }: Look): readonly string[] {
  const { deploy } = planFor(target, seen, 'nothing', now);
  const { deployed, rejected, refused, lastError } = seen.deploy;
  const owed: string[] = [];
  if (isTakenBack(seen)) owed.push(`${refused} was deployed and taken back`);
  if (deploy.kind === 'now') owed.push(`${deploy.id} is owed, and ${nowText(seen.requestedAt, now)}`);
  if (deploy.kind === 'held') owed.push(`${deploy.id} is owed; ${heldText(deploy, target, now)}`);
  const files = owedFiles(target.files, seen.deploy.files);
  if (owed.length > 0 && files.length > 0) {
    owed.push(`to be written: ${files.map(({ path }) => path).join(', ')}`);
  }
  return [
    deployed === null ? 'nothing was deployed' : `deployed is ${deployed}`,
    ...(rejected.length === 0 ? [] : [`rejected: ${rejected.join(', ')}`]),
    ...owed,
    // What failed before something else was deployed is history.
    ...(owed.length === 0 ? [] : errorLines(lastError, now)),
  ];
}

function nowText(requestedAt: Instant | null, now: Instant): string {
  if (requestedAt === null) return 'tried now';
  return `the deployer, another process, was asked ${when(requestedAt, now)} and has not begun`;
}

function heldText({ until, by }: DeployHold, { name, deploy }: Target, now: Instant): string {
  if (by === 'back-off' || deploy.window === null) return `certd backs off until ${when(until, now)}`;
  const words = `its window (${windowText(deploy.window)})`;
  const moment =
    opensAt(deploy.window, until) === null
      ? `it waits for ${words} until ${when(until, now)}`
      : `with a twentieth of the lifetime left it waits for ${words} no longer than until ${when(until, now)}`;
  return `${moment}; \`certd deploy ${name}\` does not wait`;
}

export function errorLines(error: FailureRecord | null, now: Instant): readonly string[] {
  if (error === null) return [];
  const { code, message, at, since } = error;
  const [words, ...cure] = curedLines(code, message);
  return [
    words,
    since === at ? when(at, now) : `${when(at, now)}, for the first time ${when(since, now)}`,
    ...cure,
  ];
}

/** What went wrong, and its cure, where this version knows the code. */
export function curedLines(code: string, message: string): readonly [string, ...string[]] {
  const cure = new Map(Object.entries(catalogue).map(([known, entry]) => [known, entry.cure])).get(code);
  return [`${code}: ${message}`, ...(cure === undefined ? [] : [`cure: ${cure}`])];
}
