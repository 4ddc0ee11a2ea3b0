import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Every path of the state directory, in one place (docs/state.md section 1). */
export function layoutAt(root: string) {
  const live = join(root, 'live');
  const deployed = join(root, 'deployed');
  const deploy = join(root, 'deploy');
  const issuer = join(root, 'issuer');
  const issued = join(issuer, 'issued');
  const work = join(issuer, 'work');
  const state = join(issuer, 'state');
  const revoked = join(issuer, 'revoked');
  const attempts = join(issuer, 'attempts');
  const accounts = join(issuer, 'accounts');
  const requests = join(issuer, 'requests');
  const served = join(issuer, 'served');
  return {
    root,
    layoutFile: join(root, 'LAYOUT'),
    live,
    liveLink: (name: string) => join(live, name),
    liveLinkNew: (name: string) => join(live, `.new-${name}`),
    /** What `live/<name>` holds: relative, so that the whole directory can be moved. */
    liveLinkTarget: (name: string, id: string) => join('..', 'deployed', name, id),
    deployed,
    deployedOf: (name: string) => join(deployed, name),
    deployedGeneration: (name: string, id: string) => join(deployed, name, id),
    deploy,
    deployLock: join(deploy, 'lock'),
    deployState: (name: string) => join(deploy, `${name}.json`),
    issuer,
    issuerLock: join(issuer, 'lock'),
    identity: join(issuer, 'identity.json'),
    issued,
    issuedOf: (name: string) => join(issued, name),
    issuedGeneration: (name: string, id: string) => join(issued, name, id),
    work,
    workOf: (name: string) => join(work, name),
    state,
    issuerState: (name: string) => join(state, `${name}.json`),
    revoked,
    revokedOf: (name: string) => join(revoked, `${name}.json`),
    attempts,
    attemptOf: (name: string) => join(attempts, `${name}.json`),
    accounts,
    accountOf: (directoryUrl: string) => join(accounts, accountDirectory(directoryUrl)),
    tokens: join(issuer, 'tokens'),
    requests,
    requestOf: (name: string) => join(requests, name),
    served,
    servedOf: (name: string) => join(served, `${name}.json`),
  } as const;
}

export type Layout = ReturnType<typeof layoutAt>;

/** The four files of a generation, in the order in which they are written. */
export const generationFiles = ['privkey.pem', 'cert.pem', 'chain.pem', 'fullchain.pem'] as const;

export type GenerationFile = (typeof generationFiles)[number];

/** The one layout that this version writes. */
export const layoutNumber = 1;

const name = /^[a-z0-9_][a-z0-9._-]{0,199}$/;

/** Whether a directory entry can be a certificate's name; anything else there is not certd's. */
export function isName(entry: string): boolean {
  return name.test(entry) && !entry.includes('..');
}

function accountDirectory(directoryUrl: string): string {
  const host = new URL(directoryUrl).host.replaceAll(/[^a-z0-9.-]/g, '_');
  return `${host}-${createHash('sha256').update(directoryUrl).digest('hex').slice(0, 8)}`;
}
