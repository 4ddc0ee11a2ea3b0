import type { Endpoint, ServedRecord } from './endpoint.ts';
import { recordOf } from './served-record.ts';
import type { ServedEndpoint } from './status-document.ts';
import { rfc3339OrNull } from './time-text.ts';

/** What the last look at each declared endpoint has shown; `unchecked` where there was none yet. */
export function servedFields(
  endpoints: readonly Endpoint[],
  served: readonly ServedRecord[],
): readonly ServedEndpoint[] {
  return endpoints.map(endpoint => {
    const record = recordOf(served, endpoint);
    return {
      endpoint: endpoint.connect,
      server_name: endpoint.serverName,
      state: record?.state ?? 'unchecked',
      checked_at: rfc3339OrNull(record?.checkedAt ?? null),
      not_after: rfc3339OrNull(record?.notAfter ?? null),
      detail: record?.detail ?? null,
    };
  });
}
