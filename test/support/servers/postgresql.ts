import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startProcess } from '../run-process.ts';
import { waitUntil, waitUntilListening } from '../wait-until.ts';
import { accountOf } from './account-of.ts';
import { type Exchange, exchange } from './conversation.ts';
import { restartable } from './restartable.ts';
import { writeProgram } from './server-program.ts';
import { countIn, type ServerWish, type TestServer } from './test-server.ts';
import { hideTree, showTree } from './tree-for-all.ts';

const run = promisify(execFile);

/**
 * PostgreSQL as the user `postgres`, who must own the key: it refuses to run as root. Needs root,
 * and the users and the mount namespace of scripts/in-netns.
 */
export async function startPostgresql(programs: Programs, wish: ServerWish): Promise<TestServer> {
  const { dir, serverName } = wish;
  const [port = 0] = await freePorts(1);
  const data = join(dir, 'data');
  const logFile = join(dir, 'postgresql.log');
  const tree = join(dir, 'tree');
  const shown = (path: string) => path.replaceAll(programs.servers, tree);
  const asPostgres = (name: string, ...words: string[]) => [
    ...['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--pdeathsig=INT', '--'],
    ...[join(shown(programs.postgresqlPrograms), name), ...words],
  ];
  const initdb = join(dir, 'initdb');
  const reload = join(dir, 'pg_ctl');
  const postgres = join(dir, 'postgres');
  await mkdir(data, { mode: 0o700 });
  await chown(data, ...accountOf('postgres'));
  await writeProgram(initdb, asPostgres('initdb', '-D', data), shown(programs.serversLibraryPath));
  await showTree(programs, tree);
  await run(initdb, ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=trust', '--no-instructions'], {
    cwd: '/',
  });
  await appendFile(join(data, 'postgresql.conf'), configuration({ ...wish, port }));
  await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
  await writeProgram(reload, asPostgres('pg_ctl', '-D', data), shown(programs.serversLibraryPath));
  await writeProgram(postgres, asPostgres('postgres', '-D', data), shown(programs.serversLibraryPath));
  const address = { port, serverName, starttls: 'postgres' } as const;
  const master = await restartable(
    { name: 'PostgreSQL', port },
    async () => {
      const before = existsSync(logFile) ? readyIn(logFile) : 0;
      const started = await startProcess({ name: 'PostgreSQL', argv: [postgres], cwd: '/', logFile });
      await waitUntilListening('PostgreSQL', { port }, started);
      // It listens before it lets anybody in.
      await waitUntil('PostgreSQL is ready', () => (readyIn(logFile) > before ? true : null));
      return started;
      // Its fast shutdown; SIGTERM waits for clients.
    },
    'SIGINT',
  );
  return {
    ...master,
    start: async () => {
      await showTree(programs, tree);
      await master.start();
    },
    stop: async () => {
      if (master.process().ended() !== null) return;
      await master.stop();
      await hideTree(tree);
    },
    address,
    reload: `${reload} reload`,
    test: null,
    reloads: () => countIn(logFile, /received SIGHUP, reloading configuration files/),
    converse: () => exchange(address, selectOne, [startUp]),
  };
}

function readyIn(logFile: string): number {
  return countIn(logFile, /database system is ready to accept connections/);
}

function configuration(wish: ServerWish & { port: number }): string {
  return `listen_addresses = '127.0.0.1'
port = ${wish.port}
unix_socket_directories = ''
fsync = off
jit = off
ssl = on
ssl_cert_file = '${wish.fullchain}'
ssl_key_file = '${wish.key}'
`;
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const startUp: Exchange = {
  say: message('', `\0\x03\0\0user\0postgres\0database\0postgres\0\0`),
  fits: /Z....I$/s,
};
const selectOne: Exchange = { say: message('Q', 'select 1\0'), fits: /SELECT 1.Z....I$/s };

function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
}
