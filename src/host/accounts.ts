import { CertdError } from '../core/errors.ts';
import { numberIn } from './account-file.ts';
import { groupId } from './group.ts';

/** The users and groups of this host, and whom certd runs as. */
export type Accounts = {
  readonly own: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  /** The number of a user by name, or of one that is given by number; null where there is no such user. */
  readonly userId: (user: string) => number | null;
  readonly groupId: (group: string) => number | null;
};

/**
 * From /etc/passwd and /etc/group alone: a directory service is only within reach of another process (getent(1)),
 * and its users can be named by number.
 */
export function hostAccounts({ passwd = '/etc/passwd', group = '/etc/group' } = {}): Accounts {
  const [uid, gid, groups] = [process.geteuid?.(), process.getegid?.(), process.getgroups?.()];
  if (uid === undefined || gid === undefined || groups === undefined) {
    throw new CertdError('internal-error', 'certd runs on Linux only');
  }
  return {
    own: { uid, gid, groups },
    userId: user => given(user) ?? numberIn(passwd, user),
    groupId: name => given(name) ?? groupId(name, group),
  };
}

/** 2³² - 1 is no account: to chown(2) it means "leave it as it is". */
const largest = 0xff_ff_ff_fe;

function given(text: string): number | null {
  if (!/^\d{1,10}$/.test(text)) return null;
  const number = Number(text);
  return number <= largest ? number : null;
}
