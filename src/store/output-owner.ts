import type { OutputFile } from '../core/deploy/deploy-model.ts';
import { giftFault } from '../core/deploy/output-rules.ts';
import { CertdError } from '../core/errors.ts';
import type { Owner } from '../core/ports.ts';
import type { Accounts } from '../host/accounts.ts';

/** Whom an output file is to belong to. Throws `output-owner-unknown`, `output-owner-denied`. */
export function ownerOf({ path, owner, group }: OutputFile, accounts: Accounts): Owner {
  const uid = owner === null ? accounts.own.uid : accounts.userId(owner);
  const gid = group === null ? accounts.own.gid : accounts.groupId(group);
  if (uid === null) throw unknown(path, `this host has no user ${owner}`);
  if (gid === null) throw unknown(path, `this host has no group ${group}`);
  const fault = giftFault({ uid, gid }, accounts.own);
  if (fault !== null) {
    throw new CertdError('output-owner-denied', `${path}: ${fault}`, { facts: { path } });
  }
  return { uid, gid };
}

function unknown(path: string, what: string): CertdError {
  return new CertdError('output-owner-unknown', `${path}: ${what}`, { facts: { path } });
}
