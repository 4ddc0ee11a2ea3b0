import { lchownSync } from 'node:fs';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { groupId } from '../host/group.ts';
import type { Log } from '../log.ts';

type SocketGroup = { readonly gid: number; readonly configured: string | null };

/**
 * The group of the contract, where the host has it. Throws `config-invalid` where the configuration names one
 * that is not there.
 */
export function socketGroup(configured: string | null, groupFile?: string): SocketGroup | null {
  const gid = groupId(configured ?? 'certd', groupFile);
  if (gid !== null) return { gid, configured };
  if (configured === null) return null;
  throw new CertdError('config-invalid', `health.group: this host has no group ${configured}`);
}

/**
 * Gives a socket to its group. Only root and a member of the group may (chown(2)); a daemon that may not goes
 * on: the usual group is an offer, and that a configured one cannot be served is a warning.
 */
export function giveToGroup(
  path: string,
  group: SocketGroup | null,
  { uid, log }: { readonly uid: number; readonly log: Log },
): void {
  if (group === null) return;
  try {
    // Not `chown`: it would follow a link that somebody has put in the place of the socket.
    lchownSync(path, uid, group.gid);
  } catch (thrown) {
    // EINVAL: a group that the user namespace of the process does not know (PrivateUsers= of systemd).
    if (!['EPERM', 'EINVAL'].includes(systemErrorOf(thrown)?.code ?? '')) throw thrown;
    if (group.configured === null) return;
    const reason = `health.group: the user that runs certd may give nothing to the group ${group.configured} (under systemd: \`certd check-config\` prints a drop-in)`;
    log.warn({ code: 'config-doubtful', path, reason }, 'health socket keeps its group');
  }
}
