/** The CAA record, after its name and type, that lets only this account of this CA issue (RFC 8659 §4.2, RFC 8657 §3). */
export function caaRecord(identity: string, accountUrl: string | null): string {
  return accountUrl === null ? `0 issue "${identity}"` : `0 issue "${identity}; accounturi=${accountUrl}"`;
}
