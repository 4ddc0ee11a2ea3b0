import {
  firstIssuerState,
  type IssuerState,
  type PlacedOrder,
  type RenewalWindow,
  type Trouble,
} from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull, toRfc3339 } from '../core/text/time-text.ts';
import { failureDocument, failureOf } from './failure.ts';
import { type Fields, readIssuerFile } from './json.ts';
import type { Layout } from './layout.ts';
import { replaceState } from './replace-file.ts';

/** Reads `issuer/state/<name>.json`; a missing file is the first state. Throws `state-corrupt`. */
export function readIssuerState(layout: Layout, name: string): IssuerState {
  const fields = readIssuerFile(layout, layout.issuerState(name));
  if (fields === null) return firstIssuerState;
  return {
    failures: fields.number('failures'),
    nextAttemptAt: fields.instantOrNull('next_attempt_at'),
    troubles: fields.objects('troubles').map(troubleOf),
    orders: fields.objects('orders').map(orderOf),
    lastAttemptAt: fields.instantOrNull('last_attempt_at'),
    lastSuccessAt: fields.instantOrNull('last_success_at'),
    lastError: failureOf(fields.objectOrNull('last_error')),
    failedFor: fields.textOrNull('failed_for'),
    window: windowOf(fields.objectOrNull('window')),
    windowCheckAt: fields.instantOrNull('window_check_at'),
  };
}

export async function writeIssuerState(disk: Disk, path: string, state: IssuerState): Promise<void> {
  const fields = {
    failures: state.failures,
    next_attempt_at: rfc3339OrNull(state.nextAttemptAt),
    troubles: state.troubles.map(troubleDocument),
    orders: state.orders.map(({ at, domains }) => ({ at: toRfc3339(at), domains })),
    last_attempt_at: rfc3339OrNull(state.lastAttemptAt),
    last_success_at: rfc3339OrNull(state.lastSuccessAt),
    last_error: failureDocument(state.lastError),
    failed_for: state.failedFor,
    window: windowDocument(state.window),
    window_check_at: rfc3339OrNull(state.windowCheckAt),
  };
  await replaceState(disk, path, fields, 0o600);
}

function troubleOf(fields: Fields): Trouble {
  return {
    ca: fields.text('ca'),
    since: fields.instant('since'),
    at: fields.instant('at'),
    notBefore: fields.instantOrNull('not_before'),
  };
}

function troubleDocument({ ca, since, at, notBefore }: Trouble) {
  return { ca, since: toRfc3339(since), at: toRfc3339(at), not_before: rfc3339OrNull(notBefore) };
}

function orderOf(fields: Fields): PlacedOrder {
  return { at: fields.instant('at'), domains: fields.texts('domains') };
}

function windowOf(fields: Fields | null): RenewalWindow | null {
  if (fields === null) return null;
  return {
    generation: fields.text('generation'),
    start: fields.instant('start'),
    end: fields.instant('end'),
    renewAt: fields.instant('renew_at'),
    explanationUrl: fields.textOrNull('explanation_url'),
    confirmedAt: fields.instant('confirmed_at'),
  };
}

function windowDocument(window: RenewalWindow | null) {
  if (window === null) return null;
  return {
    generation: window.generation,
    start: toRfc3339(window.start),
    end: toRfc3339(window.end),
    renew_at: toRfc3339(window.renewAt),
    explanation_url: window.explanationUrl,
    confirmed_at: toRfc3339(window.confirmedAt),
  };
}
