import type { Endpoint, ServedRecord } from '../endpoint.ts';
import { recordOf } from './served-record.ts';

/** Endpoints of this host at which the last look has not shown the certificate, by their names for people. */
export function unseenEndpoints(
  endpoints: readonly Endpoint[],
  served: readonly ServedRecord[],
): readonly string[] {
  const states = endpoints
    .filter(({ source }) => source === 'local')
    .map(endpoint => ({ ...endpoint, state: recordOf(served, endpoint)?.state ?? 'match' }));
  return states
    .filter(({ state }) => state !== 'match')
    .map(({ connect, serverName }) => `${connect} (${serverName})`);
}
