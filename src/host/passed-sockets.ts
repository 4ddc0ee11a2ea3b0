type Environment = Record<string, string | undefined>;

/**
 * The descriptors that systemd passed to this very process (sd_listen_fds(3)): from 3 on, LISTEN_FDS of
 * them; none where LISTEN_PID names another process. Takes the variables out of `env`, so that no child
 * believes they are for it.
 */
export function takePassedSockets(env: Environment, pid: number): readonly number[] {
  const count = env['LISTEN_PID'] === String(pid) ? Number(env['LISTEN_FDS']) : 0;
  for (const name of Object.keys(env).filter(each => each.startsWith('LISTEN_'))) delete env[name];
  // A process can have no more than some thousands; what is no number is none.
  if (!Number.isInteger(count) || count < 1 || count > 1024) return [];
  return Array.from({ length: count }, (_, index) => 3 + index);
}
