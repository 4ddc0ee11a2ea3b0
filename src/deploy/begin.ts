import { isErrorCode } from '../core/catalogue.ts';
import type { DeployUnderWay, WayBack } from '../core/deploy/deploy-model.ts';
import { reasonToStay } from '../core/deploy/rollback.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { type Deploying, save, stopIfAsked } from './deploying.ts';
import { giveUp, whyStay } from './give-up.ts';
import { servedBefore } from './look.ts';
import { takeUp } from './take-up.ts';
import { begun, writing } from './under-way.ts';
import { lookFirst } from './verify.ts';

/**
 * Brings one certificate to where its commands begin: through the gate, on record, live (docs/state.md section 4,
 * steps 9 to 11). What a crash left is taken up; one that was on its way back goes on with that, as failed.
 */
export async function begin(deploying: Deploying, parts: DeployParts): Promise<void> {
  stopIfAsked(parts);
  const left = await takeUp(deploying, parts);
  if (deploying.error !== null) return;
  if (left === null || left.back === null) return advance(deploying, parts, left);
  if (whyStay(deploying, parts) !== null)
    return advance(deploying, parts, begun({ ...left, from: null, before: [] }));
  await save(deploying, parts, {
    underWay: writing(left, left, deploying.job.target.files),
    nextAttemptAt: null,
  });
  deploying.error = causeOf(left.back);
  deploying.isGivenUp = true;
}

async function advance(deploying: Deploying, parts: DeployParts, left: DeployUnderWay | null): Promise<void> {
  const { target, id } = deploying.job;
  const { deployed } = deploying.state;
  const fresh = await parts.install(target, id);
  const previous = deployed === null ? null : parts.deployedLeaf(target.name, deployed);
  deploying.leaves = { fresh, previous };
  const begins = left ?? (await fromHere(deploying, parts));
  const underWay = writing(begins, deploying.state.underWay, target.files);
  // It is tried now, and a crash from here on is taken up at once: no hold of an earlier failure counts any more.
  await save(deploying, parts, { underWay, nextAttemptAt: null });
  await parts.flip(target.name, id);
  try {
    await parts.writeFiles(target, id);
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.retry === 'next-tick') throw error;
    await giveUp(deploying, parts, error);
  }
  if (left !== null && deploying.error === null) await lookFirst(deploying, parts);
}

/** A new deploy, with what is live and what the endpoints present before it. */
async function fromHere(deploying: Deploying, parts: DeployParts): Promise<DeployUnderWay> {
  const { target, id } = deploying.job;
  // What an earlier deploy that has not come to its end has told servers, they may still present.
  const told = deploying.state.underWay?.told ?? false;
  const live = parts.liveId(target.name);
  const leaf = live === null ? null : parts.deployedLeaf(target.name, live);
  const before = await servedBefore(target, leaf?.fingerprintSha256 ?? '', parts);
  return begun({ id, from: wayBackOf(deploying, parts), before, told });
}

/**
 * What a failure would go back to: what is live, or, where that is one whose own deploy has not come to its end, what
 * was live before it and still may be again.
 */
function wayBackOf({ job, state }: Deploying, parts: DeployParts): string | null {
  const { name } = job.target;
  const live = parts.liveId(name);
  const before = state.underWay !== null && state.underWay.id === live ? state.underWay.from : null;
  const leaf = before === null ? null : parts.deployedLeaf(name, before);
  const { rejected } = state;
  const facts = { onFailure: 'rollback', revoked: parts.revoked(name), rejected, now: parts.now() } as const;
  const old = before === null || leaf === null ? null : { id: before, leaf };
  const wanted = reasonToStay(old, facts) === null ? before : live;
  return wanted === job.id ? null : wanted;
}

/** The failure because of which it goes back, as it was recorded. */
function causeOf({ code, message }: WayBack): CertdError {
  return new CertdError(isErrorCode(code) ? code : 'internal-error', message);
}
