import { isErrorCode } from '../core/catalogue.ts';
import { type DeployVerdict, planDeploy } from '../core/deploy/deploy-verdict.ts';
import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Observed, Target } from '../core/model.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import type { DeployOutcome } from '../deploy/deploy-job.ts';
import type { HostParts } from './host-parts.ts';

/** A path unit has started the deployer long before. */
const beginsWithinMs: Millis = 15_000;
/** Above most deploys; the rest is on record whoever waits. */
const endsWithinMs: Millis = 5 * 60_000;

const stepMs: Millis = 250;

/** Looks take a millisecond each, and hold everything else up: a hundred a second, for all that wait. */
const oneLookMs: Millis = 10;

/**
 * Waits for what the deployer, another process, makes of a deploy that it was asked for: its own record says so. `waiting`:
 * how many certificates are waited for at the same time. A daemon is told of what changes (`daemon/watch-state.ts`), and looks
 * the more seldom by itself the more there are. Null where nothing is owed, or it waits for its window; `deployer-silent`
 * where nothing has come of it in time.
 */
export async function awaitDeployer(
  target: Target,
  waiting: number,
  parts: HostParts,
): Promise<DeployOutcome | null> {
  const { clock, signal } = parts;
  const startedAt = clock.now();
  const sight = nowAndThen(target, waiting, parts);
  for (let id: string | null = null; ; ) {
    const sighted = sight();
    const { now, seen } = sighted;
    const verdict = planDeploy(target, seen, 'nobody', now);
    if (verdict.kind === 'none') return id === null ? null : outcome(target, id, null);
    if (verdict.kind !== 'now') return endOf(target, seen, verdict);
    id = verdict.id;
    const silence = silenceOf(sighted, now - startedAt);
    if (silence !== null) return outcome(target, id, new CertdError('deployer-silent', silence));
    try {
      await clock.sleep(stepMs, signal);
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      return outcome(
        target,
        id,
        new CertdError('stopped', 'certd was stopped while the deployer was at work'),
      );
    }
  }
}

type Sight = {
  readonly now: Instant;
  readonly seen: Observed;
  /** Read from the disk just now: nobody tells of a request that was taken. */
  readonly isFresh: boolean;
};

/** What is known, and now and then what the disk says. */
function nowAndThen({ name }: Target, waiting: number, { world, clock, random }: HostParts): () => Sight {
  const everyMs = Math.max(stepMs, waiting * oneLookMs);
  // Not all at the same moment.
  let next = clock.now() + Math.floor(everyMs * random());
  return () => {
    const now = clock.now();
    if (now < next) return { now, seen: world.seen(name), isFresh: false };
    next = now + everyMs;
    return { now, seen: world.look(name), isFresh: true };
  };
}

type Ended = Exclude<DeployVerdict, { readonly kind: 'none' | 'now' }>;

function endOf(target: Target, seen: Observed, verdict: Ended): DeployOutcome | null {
  if (verdict.kind === 'blocked') {
    return outcome(target, seen.issued.at(-1)?.id ?? '', new CertdError(verdict.code, verdict.message));
  }
  if (verdict.by === 'window') return null;
  return outcome(target, verdict.id, failureOf(seen, verdict.until));
}

/** As the deployer has written it down, with when it tries again. */
function failureOf({ name, deploy: { lastError } }: Observed, until: Instant): CertdError {
  const again = `it is tried again ${toRfc3339(until)}, \`certd deploy ${name}\` does not wait`;
  if (lastError === null) return new CertdError('deployer-silent', `the deploy has failed; ${again}`);
  const code = isErrorCode(lastError.code) ? lastError.code : 'internal-error';
  return new CertdError(code, `${lastError.message}; ${again}`);
}

/** Why it is waited for no longer, in words. */
function silenceOf({ seen: { requestedAt }, isFresh }: Sight, waited: Millis): string | null {
  if (!isFresh) return null;
  if (requestedAt !== null && waited >= beginsWithinMs) {
    return `the deployer was asked, and has not begun for ${Math.floor(waited / 1000)} s: is its unit active (certd-deploy.path)? \`certd deploy\` does it at once`;
  }
  return waited < endsWithinMs ? null : 'the deployer has begun, and has not ended for 5 minutes';
}

function outcome({ name }: Target, id: string, error: CertdError | null): DeployOutcome {
  return { name, id, error, backTo: null, goesOn: false };
}
