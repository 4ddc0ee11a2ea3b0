import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Starts `argv` as systemd starts a service with one socket (sd_listen_fds(3)): descriptor 3 listens on
 * `address`, LISTEN_FDS and LISTEN_PID say so. `port` 0: one that is free. The program's standard output is
 * a pipe, its standard error the caller's.
 */
export async function startActivated(
  argv: readonly string[],
  { address = '127.0.0.1', port = 0 } = {},
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server without a port');
  const handle: { readonly fd: number } = Reflect.get(server, '_handle');
  // `exec` keeps the process, and with it the number that LISTEN_PID has.
  const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"';
  const child = spawn('/bin/sh', ['-c', script, ...argv], { stdio: ['pipe', 'pipe', 'inherit', handle.fd] });
  // From here on the child alone has the socket.
  await once(child, 'spawn');
  await once(server.close(), 'close');
  return { child, port: bound.port };
}
