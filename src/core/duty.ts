import type { Instant } from './instant.ts';
import type { Observed, Target } from './model.ts';
import { planFor, type Verdict } from './plan.ts';

/** What a look at all certificates finds. */
export type Duty = {
  /** Those for which something is to be done now, in the order of the configuration. */
  readonly due: readonly Target[];
  /** The next moment at which this can change by itself; null if none. */
  readonly wakeAt: Instant | null;
};

/** Which certificates need a pass. `seen`: what is known of each name. */
export function dutyOf(targets: readonly Target[], seen: (name: string) => Observed, now: Instant): Duty {
  const due: Target[] = [];
  let wakeAt: Instant | null = null;
  for (const target of targets) {
    const verdict = planFor(target, seen(target.name), 'nothing', now);
    if (hasWork(verdict)) due.push(target);
    if (verdict.wakeAt !== null && (wakeAt === null || verdict.wakeAt < wakeAt)) wakeAt = verdict.wakeAt;
  }
  return { due, wakeAt };
}

/** One that is blocked is looked at too: somebody may have mended its files, and until then it is said. */
function hasWork({ issue, askWindow, revoke, deploy, after, look }: Verdict): boolean {
  const toIssue = issue.kind === 'now' || issue.kind === 'blocked';
  const toDeploy = deploy.kind === 'now' || after.kind === 'now';
  return toIssue || askWindow || revoke !== null || toDeploy || look;
}
