import { CertdError } from '../core/errors.ts';
import { accountActions } from '../core/issue/account-action.ts';
import type { AccountWish } from './run-account.ts';

/** Decodes `{ "action": "show" | "rollover" | "deactivate" | "keep" | "replace", "ca": … | null }`. */
export function accountRequest(body: unknown): AccountWish {
  const { action, ca }: Record<string, unknown> =
    typeof body === 'object' && body !== null ? { ...body } : {};
  const known = accountActions.find(name => name === action);
  if (known !== undefined && (typeof ca === 'string' || ca === null)) return { action: known, ca };
  throw new CertdError(
    'usage',
    `an account request has an "action" of ${accountActions.join(', ')}, and "ca" or null`,
  );
}
