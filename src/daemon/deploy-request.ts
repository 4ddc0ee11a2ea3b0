import type { DeployAsk } from '../core/deploy/deploy-hold.ts';
import { CertdError } from '../core/errors.ts';
import type { DeployRequest } from './run-deploy.ts';
import type { RollbackWish } from './run-rollback.ts';

const asks: readonly DeployAsk[] = ['nobody', 'pass', 'named', 'forced'];

/** Decodes `{ "names": [...] | null, "ask": "nobody" | "pass" | "named" | "forced" }`. */
export function deployRequest(body: unknown): DeployRequest {
  const { names, ask }: Record<string, unknown> =
    typeof body === 'object' && body !== null ? { ...body } : {};
  const known = asks.find(each => each === ask);
  const areTexts = Array.isArray(names) && names.every(name => typeof name === 'string');
  if (known !== undefined && (names === null || areTexts))
    return { names: areTexts ? names : null, ask: known };
  throw new CertdError('usage', `a deploy request has "names" or null, and "ask" of ${asks.join(', ')}`);
}

/** Decodes `{ "name": …, "to": … | null }`. */
export function rollbackRequest(body: unknown): RollbackWish {
  const { name, to }: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  if (typeof name === 'string' && (typeof to === 'string' || to === null)) return { name, to };
  throw new CertdError('usage', 'a rollback request has a "name", and "to" or null');
}
