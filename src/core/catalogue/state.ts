import { type Entry, entry } from './entry.ts';

export const stateErrors = {
  'state-corrupt': entry(
    'next-tick',
    'A state file of certd cannot be understood. It was left as it is, and its certificate is not touched.',
    'Move the named file away (a deleted one is rebuilt; only counters and back-off are lost, or for one in `issuer/revoked` what was revoked: do that again; without `issuer/identity.json` certd takes this host for the one whose accounts they are) or restore it.',
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
  'drop-failed': entry(
    'none',
    'A command of the issuer that root has typed could not give up the rights of root for those of the user `certd`. It has done nothing.',
    'Run it as that user: `runuser -u certd -- certd …`. In a container, give it CAP_SETUID and CAP_SETGID, or start it as that user.',
  ),
  'state-split': entry(
    'none',
    'The state directory is divided between two users, an issuer and a deployer, and one process was to be both.',
    'Run the daemon with `--deploy=external`, and `certd deploy --owed` as the owner of the directory (docs/how-to/two-halves.md). To have one user for both again, give him the whole directory: `chown -R USER DIR`.',
  ),
  'requests-unsafe': entry(
    'none',
    'In the place of `issuer/requests` there is something that the issuer does not make. It was left alone; what is owed is deployed all the same.',
    'Look who has changed it, then remove it: the issuer makes a new one when it starts.',
  ),
  'deployer-apart': entry(
    'none',
    'The daemon runs with `--deploy=external`: deploys and rollbacks are made by another process.',
    'Nothing: `certd deploy` and `certd rollback` do it themselves, as the owner of the state directory.',
  ),
  'deployer-silent': entry(
    'none',
    'A deploy was handed to the deployer, and nothing has come of it in the time that a command waits.',
    'It is still asked for. Start what runs `certd deploy --owed` (`systemctl status certd-deploy.path certd-deploy.service`), or run `certd deploy` as the owner of the state directory.',
  ),
  'watch-failed': entry(
    'none',
    'The system cannot tell certd when somebody changes its state directory.',
    'Nothing is lost: certd reads everything anew each hour and at SIGHUP. Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches to have it know at once.',
  ),
} satisfies Record<string, Entry>;
