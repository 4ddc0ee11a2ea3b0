import { CertdError } from '../core/errors.ts';
import type { Routes } from '../health/server.ts';
import { accountRequest } from './account-request.ts';
import { deployRequest, rollbackRequest } from './deploy-request.ts';
import type { Loop } from './loop.ts';
import { askedBy, type PassRequest } from './pass-request.ts';
import { revokeRequest } from './revoke-request.ts';
import { runAccount } from './run-account.ts';
import { runDeploy } from './run-deploy.ts';
import { runDryRun } from './run-dry-run.ts';
import { runRevoke } from './run-revoke.ts';
import { runRollback } from './run-rollback.ts';

/** What changes state, on the socket that is for its owner alone (contract section 6). */
export function controlRoutes({ ask, use }: Pick<Loop, 'ask' | 'use'>): Routes {
  const deploying: Loop['use'] = job =>
    use(inForce => {
      if (inForce.parts.half === 'both') return job(inForce);
      throw new CertdError('deployer-apart', 'this daemon only issues, and asks another process for deploys');
    });
  return {
    'POST /renew': async body => ({ status: 200, body: await ask(renewRequest(body)) }),
    'POST /revoke': async body => {
      const request = revokeRequest(body);
      return { status: 200, body: await use(({ config, parts }) => runRevoke(config, parts, request)) };
    },
    'POST /deploy': async body => {
      const request = deployRequest(body);
      return { status: 200, body: await deploying(({ config, parts }) => runDeploy(config, parts, request)) };
    },
    'POST /rollback': async body => {
      const wish = rollbackRequest(body);
      return { status: 200, body: await deploying(({ config, parts }) => runRollback(config, parts, wish)) };
    },
    'POST /account': async body => {
      const request = accountRequest(body);
      return { status: 200, body: await use(({ config, parts }) => runAccount(config, parts, request)) };
    },
    'POST /dry-run': async body => {
      const names = namesOf(body);
      return { status: 200, body: await use(({ config, parts }) => runDryRun(config, parts, names)) };
    },
  };
}

/** Decodes `{ "names": [...] | null, "force": true | false }`. */
function renewRequest(body: unknown): PassRequest {
  const names = namesOf(body);
  const force = typeof body === 'object' && body !== null && 'force' in body ? body.force : null;
  if (typeof force !== 'boolean') throw new CertdError('usage', '"force" is true or false');
  return { names, asked: askedBy(names, force) };
}

/** Null: all certificates. */
function namesOf(body: unknown): readonly string[] | null {
  const names = typeof body === 'object' && body !== null && 'names' in body ? body.names : undefined;
  if (names === null) return null;
  if (Array.isArray(names) && names.every(name => typeof name === 'string')) return names;
  throw new CertdError('usage', '"names" is a list of texts or null');
}
