import type { Instant } from '../core/instant.ts';
import { plainText } from '../core/text/plain-text.ts';
import { relativeText } from '../core/text/time-text.ts';
import type { DeployResult } from '../daemon/run-deploy.ts';
import { wrap } from './wrap.ts';

/** What `certd deploy` prints: for each certificate a line, as long as it fits into `width` columns. */
export function deployLines(
  results: readonly DeployResult[],
  now: Instant,
  width: number,
): readonly string[] {
  return results.flatMap(result =>
    wrap(plainText(`${result.name}: ${outcome(result, now)}`), { width, first: '', next: '    ' }),
  );
}

function outcome(result: DeployResult, now: Instant): string {
  const { deployed, error, held, unseen = [] } = result;
  if (error !== null) return `failed: ${error.code}: ${error.message}`;
  if (deployed !== null) return [`deployed ${deployed}`, ...unseenText(unseen)].join(', ');
  return held === null ? idleText(result) : heldText(result.name, held, now);
}

/** Deployed, and still it is open whether clients see it. */
export function unseenText(endpoints: readonly string[]): readonly string[] {
  return endpoints.length === 0 ? [] : [`not seen at ${endpoints.join(', ')}`];
}

function heldText(
  name: string,
  { generation, by, until }: NonNullable<DeployResult['held']>,
  now: Instant,
): string {
  const why = by === 'window' ? 'is held for its window' : 'has failed, and certd backs off';
  const moment = `${until} (${relativeText(Date.parse(until), now)})`;
  return `${generation} ${why} until ${moment}; \`certd deploy ${name}\` does not wait`;
}

function idleText({ name, issued, current, rejected }: DeployResult): string {
  if (issued === null) return 'nothing is issued';
  const deployed = current === null ? 'nothing to deploy' : `nothing to deploy, ${current} is deployed`;
  if (!rejected.includes(issued)) return deployed;
  return `${deployed}; ${issued} was rolled back, and \`certd deploy ${name} --force\` deploys it`;
}
