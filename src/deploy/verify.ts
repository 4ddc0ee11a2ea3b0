import type { ErrorCode } from '../core/catalogue.ts';
import type { Finding } from '../core/deploy/deploy-finding.ts';
import type { ServedState } from '../core/endpoint.ts';
import { CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, mark, save, stopIfAsked, underWayOf } from './deploying.ts';
import { giveUp } from './give-up.ts';
import { judged, lookOnce, type Watched, watchedOf, watchUntilServed } from './look.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * Looks whether the endpoints of a batch present what was deployed (contract section 5). Where one got worse the deploy
 * goes back; where one presents another leaf as before, it stays, and is owed still. The rest counts as deployed.
 */
export async function verify(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  const asked = batch.filter(({ error, job }) => error === null && job.target.deploy.verify.length > 0);
  const watched = asked.flatMap(deploying => watchedOf(deploying, parts));
  await watchUntilServed(watched, parts);
  const byDeploying = Map.groupBy(watched, ({ deploying }) => deploying);
  await sideBySide(asked, deploying =>
    attempt(deploying, parts, () => conclude(deploying, byDeploying.get(deploying) ?? [], parts)),
  );
}

async function conclude(
  deploying: Deploying,
  watched: readonly Watched[],
  parts: DeployParts,
): Promise<void> {
  const findings = watched.map(one => judged(one, parts));
  if (findings.some(({ verdict }) => verdict !== 'served')) stopIfAsked(parts);
  await save(deploying, parts, { served: findings.map(({ record }) => record) });
  const worse = findings.filter(({ verdict }) => verdict === 'worse');
  if (worse.length > 0) return giveUp(deploying, parts, errorOf(worse));
  const missed = findings.filter(({ verdict }) => verdict === 'missed');
  if (missed.length > 0) throw errorOf(missed);
}

function errorOf(findings: readonly Finding[]): CertdError {
  const code = findings.map(({ record }) => codeOf(record.state)).find(known => known !== null);
  const words = findings.map(({ record: { connect, serverName, detail, state } }) => {
    return `${connect} (${serverName}): ${detail ?? state}`;
  });
  return new CertdError(code ?? 'endpoint-unreachable', words.join('; '));
}

function codeOf(state: ServedState): ErrorCode | null {
  if (state === 'stale') return 'endpoint-stale';
  return state === 'untrusted' ? 'endpoint-untrusted' : null;
}

/**
 * A deploy that failed because of its endpoints alone is taken up with a look: whoever mended the server has reloaded it,
 * too, and nothing is run again. Where that is not so, test and hooks begin anew.
 */
export async function lookFirst(deploying: Deploying, parts: DeployParts): Promise<void> {
  if (deploying.state.lastError?.code.startsWith('endpoint-') !== true) return;
  if (deploying.job.target.deploy.verify.length === 0) return;
  const findings = await lookOnce(deploying, parts);
  if (findings.every(({ verdict }) => verdict === 'served' || verdict === 'open')) return;
  if (underWayOf(deploying).hooksDone.length > 0) await mark(deploying, parts, { hooksDone: [] });
}
