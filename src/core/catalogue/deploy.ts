import { type Entry, entry } from './entry.ts';

export const deployErrors = {
  'test-failed': entry(
    'back-off',
    'The command of `deploy.test` failed with the new certificate in place, so no hook ran. The certificate before is live again, where there is one; the new one is tried again.',
    'Run the command by hand: it says what the server dislikes. The message has its last lines.',
  ),
  'hook-failed': entry(
    'back-off',
    'A deploy hook failed. The certificate before is live again, where there is one and `deploy.on_failure` does not say keep; the new one is tried again.',
    'Run the command by hand; its last lines are in the log.',
  ),
  'hook-timeout': entry(
    'back-off',
    'A command of a deploy ran into its time limit and its process group was killed.',
    'Make it return (use `systemctl reload` rather than starting a daemon) or raise `deploy.timeout`.',
  ),
  'hook-interrupted': entry(
    'back-off',
    'certd ended twice while the same command of a deploy was running. It is tried again with back-off.',
    'A hook that restarts certd must not wait for it: `systemctl restart --no-block certd`; if certd crashed, look at its log.',
  ),
  'hook-not-found': entry(
    'back-off',
    'The program of a test or a deploy hook does not exist or is not executable.',
    'Write its full path; hooks see only the PATH that `docs/hooks.md` names.',
  ),
  'output-directory-unsafe': entry(
    'back-off',
    'Somebody else than root and the owner of an output file (`files`) could put another file in its place. Nothing was written.',
    'Take the named directory from him: `chown root:root DIR` and `chmod go-w DIR`; or choose another path.',
  ),
  'output-directory-missing': entry(
    'back-off',
    'The directory of an output file (`files`) is not there. certd makes none.',
    'Make it, owned by root or by the owner of the file, or correct the path.',
  ),
  'output-link': entry(
    'back-off',
    'There is a symbolic link in the path of an output file (`files`). certd follows none: whoever can change a link decides where the key goes.',
    'Write the path that the message says it leads to, or replace the link.',
  ),
  'output-target-refused': entry(
    'back-off',
    'In the place of an output file (`files`) there is something that certd does not replace: no regular file, a mount, or its own state directory.',
    'Move away what is there, or choose another path. Into a container mount the directory, not the file.',
  ),
  'output-owner-unknown': entry(
    'back-off',
    'The `owner` or `group` of an output file (`files`) is not in /etc/passwd or /etc/group.',
    'Correct the name, or create the account. One of a directory service is given by its number, in quotes.',
  ),
  'output-owner-denied': entry(
    'back-off',
    'The user that runs certd may not give an output file (`files`) to its `owner` or `group`.',
    'Deploy as root, or leave `owner` out and put the user that runs certd into the group.',
  ),
  'no-rollback-target': entry(
    'none',
    'There is no earlier generation that a certificate could go back to, or the one that was named cannot be it. Nothing was changed.',
    'Order a new certificate with `certd renew NAME --force`.',
  ),
  'systemd-missing': entry(
    'none',
    'Hooks were to be run as services of systemd (`certd deploy --hooks=systemd-run`), and there is no systemd that could. Nothing was deployed.',
    'On a host without systemd leave the option out.',
  ),
} satisfies Record<string, Entry>;
