import { recordOf } from '../deploy/served-record.ts';
import type { Endpoint, ServedRecord } from '../endpoint.ts';
import { rfc3339OrNull } from '../text/time-text.ts';
import type { ServedEndpoint } from './status-document.ts';

/** What the last look at a declared endpoint has shown; `unchecked` where there was none yet. */
export function servedFields(
  { connect, serverName }: Endpoint,
  served: readonly ServedRecord[],
): ServedEndpoint {
  const record = recordOf(served, { connect, serverName });
  return {
    endpoint: connect,
    server_name: serverName,
    state: record?.state ?? 'unchecked',
    checked_at: rfc3339OrNull(record?.checkedAt ?? null),
    not_after: rfc3339OrNull(record?.notAfter ?? null),
    detail: record?.detail ?? null,
  };
}
