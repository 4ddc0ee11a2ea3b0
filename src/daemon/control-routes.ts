import { CertdError } from '../core/errors.ts';
import type { Routes } from '../health/server.ts';
import type { Loop } from './loop.ts';
import { askedBy, type PassRequest } from './pass-request.ts';
import { revokeRequest } from './revoke-request.ts';
import { runRevoke } from './run-revoke.ts';

/** What changes state, on the socket that is for its owner alone (contract section 6). */
export function controlRoutes({ ask, use }: Pick<Loop, 'ask' | 'use'>): Routes {
  return {
    'POST /renew': async body => ({ status: 200, body: await ask(renewRequest(body)) }),
    'POST /revoke': async body => {
      const request = revokeRequest(body);
      return { status: 200, body: await use(({ config, parts }) => runRevoke(config, parts, request)) };
    },
  };
}

/** Decodes `{ "names": [...] | null, "force": true | false }`. */
function renewRequest(body: unknown): PassRequest {
  if (typeof body !== 'object' || body === null || !('names' in body) || !('force' in body)) {
    throw new CertdError('usage', 'a renew request has "names" and "force"');
  }
  const { names, force } = body;
  const list = Array.isArray(names) && names.every(name => typeof name === 'string') ? names : null;
  if ((list === null && names !== null) || typeof force !== 'boolean') {
    throw new CertdError('usage', '"names" is a list of texts or null, "force" is true or false');
  }
  return { names: list, asked: askedBy(list, force) };
}
