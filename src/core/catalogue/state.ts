import { type Entry, entry } from './entry.ts';

export const stateErrors = {
  'state-corrupt': entry(
    'next-tick',
    'A state file of certd cannot be understood. It was left as it is, and its certificate is not touched.',
    'Move the named file away (a deleted one is rebuilt; only counters and back-off are lost, or for one in `issuer/revoked` what was revoked: do that again) or restore it.',
  ),
  'generation-damaged': entry(
    'next-tick',
    'An issued or deployed generation is incomplete, unreadable, or its key does not fit its leaf.',
    'Nothing: a damaged generation is ignored and replaced. Look for a failing disk or a stray edit.',
  ),
  'layout-too-new': entry(
    'none',
    'The state directory was written by a newer major version of certd.',
    'Install that version again; this one reads the directory for `status` only and changes nothing.',
  ),
  'layout-corrupt': entry(
    'none',
    'The file LAYOUT in the state directory holds no layout number.',
    'Check that --state-dir names the right directory; restore the file from a backup.',
  ),
  locked: entry(
    'none',
    'Another certd holds the lock of this state directory.',
    'Let it finish, or stop it; `certd status` shows the running daemon.',
  ),
  'disk-full': entry(
    'next-tick',
    'The disk is full. What was live stays live.',
    'Free some space; certd goes on by itself.',
  ),
  'disk-failed': entry(
    'back-off',
    'A file operation failed.',
    'The message names the operation and the path; look at the disk and at the mount.',
  ),
  'permission-denied': entry(
    'back-off',
    'certd may not read or write a file or directory that it needs.',
    'Check owner and mode of the named path, and the user that certd runs as.',
  ),
  'watch-failed': entry(
    'none',
    'The system cannot tell certd when somebody changes its state directory.',
    'Nothing is lost: certd reads everything anew each hour and at SIGHUP. Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches to have it know at once.',
  ),
} satisfies Record<string, Entry>;
