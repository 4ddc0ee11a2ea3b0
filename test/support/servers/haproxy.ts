import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startProcess } from '../run-process.ts';
import { waitUntilListening } from '../wait-until.ts';
import { exchange } from './conversation.ts';
import { restartable } from './restartable.ts';
import { writeProgram } from './server-program.ts';
import { countIn, type ServerWish, type TestServer } from './test-server.ts';

/** HAProxy with a master, before a service that says back what it hears. `combined`: leaf, chain and key in one file. */
export async function startHaproxy(programs: Programs, wish: ServerWish): Promise<TestServer> {
  const { dir, serverName } = wish;
  const [port = 0, backend = 0] = await freePorts(2);
  const program = join(dir, 'haproxy');
  const config = join(dir, 'haproxy.cfg');
  const pidFile = join(dir, 'haproxy.pid');
  const logFile = join(dir, 'haproxy.log');
  await startEcho(backend);
  await writeFile(config, configuration(wish.combined, port, backend));
  const argv = [join(programs.servers, 'usr/sbin/haproxy'), '-W', '-f', config, '-p', pidFile];
  await writeProgram(program, argv, programs.serversLibraryPath);
  const address = { port, serverName };
  const master = await restartable({ name: 'HAProxy', port }, async () => {
    const started = await startProcess({ name: 'HAProxy', argv: [program], cwd: dir, logFile });
    await waitUntilListening('HAProxy', { port }, started);
    return started;
  });
  return {
    ...master,
    address,
    // What `systemctl reload haproxy` calls.
    reload: `kill -USR2 $(cat ${pidFile})`,
    test: `${program} -c -q`,
    reloads: () => countIn(logFile, /\] +\(\d+\) : Reloading HAProxy/),
    converse: () => exchange(address, { say: 'hello\n', fits: /hello\n/ }),
  };
}

function configuration(combined: string, port: number, backend: number): string {
  return `global
  user www-data
  group www-data
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend tls
  bind 127.0.0.1:${port} ssl crt ${combined}
  default_backend echo
backend echo
  server echo 127.0.0.1:${backend}
`;
}

/** It ends with this process. */
async function startEcho(port: number): Promise<void> {
  const server = createServer(socket => socket.on('error', () => undefined).pipe(socket));
  await once(server.listen(port, '127.0.0.1').unref(), 'listening');
}
