import { type Entry, entry } from './entry.ts';

export const programErrors = {
  'daemon-dead': entry(
    'none',
    'No certd answers on the socket: what is shown was read from disk.',
    'Start the daemon.',
  ),
  'daemon-silent': entry(
    'none',
    'certd accepts on its socket but does not answer within two seconds.',
    'Look at its log; restart it.',
  ),
  'daemon-newer': entry(
    'none',
    'The daemon is a newer certd than the command, and what it says has a form that the command cannot read.',
    'Run the `certd` of the daemon’s own version: `/proc/PID/cmdline` of the daemon says where it lies.',
  ),
  'daemon-stuck': entry(
    'none',
    'certd answers, but one of its steps takes longer than any should: more than half an hour, and more than the limits of the configuration allow; or a look that was due did not happen. With a watchdog systemd starts it again by itself.',
    'Look in its log for what began last; restart it. What was under way is taken up again.',
  ),
  'client-turned-away': entry(
    'none',
    'The system could not hand over a client that connected to certd; all others are served as before.',
    'Nothing, if it passes: the client asks again. The message has the system’s reason, which mostly is that memory is short.',
  ),
  'notify-failed': entry(
    'none',
    'The service manager (systemd) could not be told how certd is. certd itself runs on as before.',
    'Look what NOTIFY_SOCKET of the unit leads to. With `Type=notify` systemd ends a service that never said it is ready, so mend it or use `Type=exec`.',
  ),
  'internal-error': entry(
    'back-off',
    'A defect in certd.',
    'Please report it with the log line; a daemon that it ends is started again by systemd.',
  ),
} satisfies Record<string, Entry>;
