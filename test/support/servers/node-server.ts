import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../ports.ts';
import { startProcess } from '../run-process.ts';
import { waitUntilListening } from '../wait-until.ts';
import { accountOf } from './account-of.ts';
import { exchange } from './conversation.ts';
import { restartable } from './restartable.ts';
import { countIn, type ServerWish, type TestServer } from './test-server.ts';

const user = 'certd-app';

/**
 * A server in Node that reads its certificate anew at SIGHUP. It runs as a user of its own, who must be able to read the
 * key. Needs root, and the users that scripts/in-netns makes.
 */
export async function startNodeServer(wish: ServerWish): Promise<TestServer> {
  const { dir, serverName, fullchain, key } = wish;
  const [port = 0] = await freePorts(1);
  const pidFile = join(dir, 'server.pid');
  const logFile = join(dir, 'server.log');
  const program = join(import.meta.dirname, 'node-server-program.ts');
  const numbers = accountOf(user).map(String);
  const address = { port, serverName };
  const server = await restartable({ name: 'the Node server', port }, async () => {
    const started = await startProcess({
      name: 'the Node server',
      argv: [process.execPath, program, String(port), fullchain, key, ...numbers],
      cwd: dir,
      logFile,
    });
    await writeFile(pidFile, `${started.pid}\n`);
    await waitUntilListening('the Node server', { port }, started);
    return started;
  });
  return {
    ...server,
    address,
    reload: `kill -HUP $(cat ${pidFile})`,
    test: null,
    reloads: () => countIn(logFile, /^context /),
    converse: () => exchange(address, { say: 'hello\n', fits: /hello\n/ }),
  };
}
