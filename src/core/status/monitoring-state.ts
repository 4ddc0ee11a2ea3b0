import type { StatusDocument } from './status-document.ts';

/** What monitoring plugins call it, and their exit code for it. */
export type MonitoringState = { readonly word: string; readonly exitCode: 0 | 1 | 2 | 3 };

export const unknownState: MonitoringState = { word: 'UNKNOWN', exitCode: 3 };

/** Without a daemon nobody renews: the best that can be said then is UNKNOWN. */
export function monitoringState({
  status,
  source,
}: Pick<StatusDocument, 'status' | 'source'>): MonitoringState {
  if (status === 'critical') return { word: 'CRITICAL', exitCode: 2 };
  if (source === 'disk') return unknownState;
  return status === 'warning' ? { word: 'WARNING', exitCode: 1 } : { word: 'OK', exitCode: 0 };
}
