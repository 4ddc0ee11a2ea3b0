import type { Instant } from '../core/instant.ts';
import { plainText } from '../core/text/plain-text.ts';
import { relativeText } from '../core/text/time-text.ts';
import type { CertificateAnswer, PassAnswer } from '../daemon/run-pass.ts';
import { unseenText } from './deploy-lines.ts';
import { wrap } from './wrap.ts';

/** What `certd renew` prints: for each certificate a line, as long as it fits into `width` columns. */
export function renewLines(answer: PassAnswer, now: Instant, width: number): readonly string[] {
  return answer.results.flatMap(result =>
    wrap(plainText(`${result.name}: ${outcome(result, now)}`), { width, first: '', next: '    ' }),
  );
}

/** Whether something failed or, due or asked for, is made to wait by the CA. */
export function isUnfinished({ results }: PassAnswer): boolean {
  return results.some(({ error, held }) => error !== null || held?.by === 'ca');
}

function outcome(result: CertificateAnswer, now: Instant): string {
  const parts: string[] = [];
  if (result.issued !== null) parts.push(`issued ${result.issued}`);
  if (result.deployed !== null)
    parts.push(result.issued === result.deployed ? 'deployed' : `deployed ${result.deployed}`);
  parts.push(...unseenText(result.unseen ?? []));
  if (result.deploy_held_until !== null) parts.push(deployText(result.name, result.deploy_held_until, now));
  if (result.error !== null) parts.push(errorText(result.error));
  if (parts.length === 0) parts.push(result.held === null ? 'nothing to do' : heldText(result.held, now));
  if (result.renew_at !== null) parts.push(`renews ${relativeText(Date.parse(result.renew_at), now)}`);
  return parts.join(', ');
}

/** What another process is to do has not failed yet. */
function errorText({ code, message }: NonNullable<CertificateAnswer['error']>): string {
  return code === 'deployer-silent' ? `handed to the deployer: ${message}` : `failed: ${code}: ${message}`;
}

function deployText(name: string, until: string, now: Instant): string {
  const moment = `${until} (${relativeText(Date.parse(until), now)})`;
  return `deploy held for its window until ${moment}; \`certd deploy ${name}\` does not wait`;
}

const holders = {
  ca: 'the CA asks to wait',
  'back-off': 'certd backs off',
  limit:
    'four of the five orders that a CA allows in seven days are spent, and it could wait (--force does not)',
};

function heldText({ by, until }: NonNullable<CertificateAnswer['held']>, now: Instant): string {
  return `due, but ${holders[by]} until ${until} (${relativeText(Date.parse(until), now)})`;
}
