import { statSync } from 'node:fs';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { groupsWith, type HostUser, userIn } from '../host/account-file.ts';
import { layoutAt } from '../store/layout.ts';
import { effectiveUid } from './effective-uid.ts';
import type { Places } from './places.ts';

const issuerName = 'certd';

/**
 * What root types for the issuer goes on as the user `certd`, where this host has him and `issuer/` is his (contract
 * section 1). Called before network and state are touched; `ahead` is done as root, for what only root can make for him.
 * Throws `drop-failed`, and then nothing may be done any more.
 */
export function dropToIssuer(
  { stateDir }: Pick<Places, 'stateDir'>,
  ahead: (user: HostUser) => void = () => {},
): void {
  if (effectiveUid() !== 0) return;
  const owner = statSync(layoutAt(stateDir).issuer, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || owner === 0) return;
  const user = userIn('/etc/passwd', issuerName);
  if (user?.uid !== owner) return;
  ahead(user);
  become(user);
}

function become({ uid, gid }: HostUser): void {
  try {
    process.setgroups?.([gid, ...groupsWith('/etc/group', issuerName)]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch (thrown) {
    throw failed(`it may not become user ${issuerName}`, thrown);
  }
  // Root's may be a strange one; what is made has its mode all the same.
  process.umask(0o022);
  const ids = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  if (ids.join() !== [uid, uid, gid, gid].join()) throw failed(`it became ${ids.join(', ')}`);
  if (canBecome(() => process.setuid?.(0)) || canBecome(() => process.setgid?.(0))) {
    throw failed('it could become root again');
  }
}

function canBecome(root: () => void): boolean {
  try {
    root();
    return true;
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code === 'EPERM') return false;
    throw thrown;
  }
}

function failed(why: string, cause?: unknown): CertdError {
  return new CertdError('drop-failed', `certd cannot give up the rights of root: ${why}`, { cause });
}
