import { type Entry, entry } from './entry.ts';

export const deployErrors = {
  'hook-failed': entry(
    'back-off',
    'A deploy hook failed. The deploy stays owed and is tried again.',
    'Run the command by hand; its last lines are in the log.',
  ),
  'hook-timeout': entry(
    'back-off',
    'A deploy hook ran into its time limit and its process group was killed.',
    'Make the hook return (use `systemctl reload` rather than starting a daemon) or raise `deploy.timeout`.',
  ),
  'hook-interrupted': entry(
    'back-off',
    'certd ended twice while the same deploy hook was running. The hook is tried again with back-off.',
    'A hook must not restart certd; if certd crashed, look at its log.',
  ),
  'hook-not-found': entry(
    'back-off',
    'The program of a deploy hook does not exist or is not executable.',
    'Write its full path; hooks see only the PATH that `docs/hooks.md` names.',
  ),
} satisfies Record<string, Entry>;
