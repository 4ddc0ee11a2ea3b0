import { type Look, revokedText } from '../core/issue/due.ts';
import type { Generation } from '../core/model.ts';
import { withdrawalOf } from '../core/revoke/revocation.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import { checkLines } from './why-checks.ts';
import { curedLines, deployLines, errorLines } from './why-deploy.ts';
import { hostLines } from './why-host.ts';
import { renewalLines } from './why-renewal.ts';
import { servedLines } from './why-served.ts';
import { orderLines, waitLines } from './why-waits.ts';
import { when } from './why-words.ts';

/** One fact and what there is to say of it. */
type Row = { readonly label: string; readonly lines: readonly string[] };

/** Everything that the decision about one certificate rests on, for a person; facts of which there is nothing to say are left out. */
export function whyRows(look: Look): readonly Row[] {
  const { seen, now } = look;
  const certificate = { label: 'certificate', lines: certificateLines(look) };
  const disk = {
    label: 'on disk',
    lines: seen.faults.flatMap(({ code, message }) => curedLines(code, message)),
  };
  // Of what cannot be read nothing is decided.
  if (seen.faults.some(({ blocking }) => blocking)) return [certificate, disk];
  const rows: readonly Row[] = [
    certificate,
    { label: 'checks', lines: checkLines(look) },
    { label: 'host', lines: hostLines(look) },
    { label: 'renewal', lines: renewalLines(look) },
    { label: 'waits', lines: waitLines(look) },
    { label: 'orders', lines: orderLines(look) },
    { label: 'last error', lines: errorLines(seen.issuer.lastError, now) },
    { label: 'deploy', lines: deployLines(look) },
    { label: 'served', lines: servedLines(look) },
    disk,
  ];
  return rows.filter(({ lines }) => lines.length > 0);
}

function certificateLines({ seen, now }: Look): readonly string[] {
  const newest = seen.issued.at(-1);
  const live = seen.live === null ? 'nothing is live' : `live is ${seen.live.id}`;
  if (newest === undefined) return ['none was issued', live];
  const { id, leaf } = newest;
  const withdrawal = withdrawalOf(newest, seen);
  return [
    `${id} from ${newest.ca} (${kindOf(newest)}) for ${leaf.domains.join(', ')}`,
    `from ${toRfc3339(leaf.notBefore)} to ${when(leaf.notAfter, now)}`,
    ...(withdrawal === null ? [] : [`${revokedText(withdrawal, id)}, since ${when(withdrawal.since, now)}`]),
    ...seen.revoked
      .filter(({ confirmedAt }) => confirmedAt === null)
      .map(
        ({ generation, askedAt }) =>
          `whether ${generation} is revoked was asked ${when(askedAt, now)}, without answer`,
      ),
    ...(seen.live?.id === id ? [] : [live]),
  ];
}

function kindOf({ leaf, profile }: Generation): string {
  const key = leaf.keyType ?? 'unknown key';
  return profile.ordered === null ? key : `${key}, profile ${profile.ordered}`;
}
