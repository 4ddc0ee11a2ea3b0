import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/health/listen.ts';

let dir = '';
let path = '';
const servers: Server[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-listen-'));
  path = join(dir, 's.sock');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(done => server.close(done));
  rmSync(dir, { recursive: true });
});

function newServer(): Server {
  const server = createServer(connection => connection.end());
  servers.push(server);
  return server;
}

const modeOf = (file: string) => (statSync(file).mode & 0o7777).toString(8);

describe('the mode is there from birth', () => {
  it.each([
    ['000', '660'],
    ['022', '660'],
    ['077', '660'],
    ['777', '660'],
    ['000', '600'],
    ['022', '666'],
  ])('under the umask %s a socket of mode %s has it, and the umask is as before', async (umask, mode) => {
    const before = process.umask(Number.parseInt(umask, 8));
    try {
      await listenOnSocket(newServer(), path, Number.parseInt(mode, 8));
      expect(process.umask()).toBe(Number.parseInt(umask, 8));
    } finally {
      process.umask(before);
    }
    expect(modeOf(path)).toBe(mode);
  });

  it.each([
    ['net', () => createServer()],
    ['http', () => createHttpServer()],
  ])('in the same tick in which node:%s listens, before anybody could connect', async (_module, create) => {
    const server = create();
    servers.push(server);
    const listen = server.listen.bind(server);
    const modes: string[] = [];
    Object.assign(server, {
      listen: (where: string, backlog: number, done: () => void) => {
        listen(where, backlog, done);
        modes.push(modeOf(where));
      },
    });
    await listenOnSocket(server, path, 0o600);
    expect(modes).toEqual(['600']);
  });
});

it('makes the directory where it is missing', async () => {
  await listenOnSocket(newServer(), join(dir, 'a/b/s.sock'), 0o600);
  expect(statSync(join(dir, 'a/b/s.sock')).isSocket()).toBe(true);
});

it('makes the directory passable for the group of the socket, also under the umask 077', async () => {
  const before = process.umask(0o077);
  try {
    await listenOnSocket(newServer(), join(dir, 'a/b/s.sock'), 0o660);
    expect(process.umask()).toBe(0o077);
  } finally {
    process.umask(before);
  }
  expect(['a', 'a/b'].map(made => modeOf(join(dir, made)))).toEqual(['755', '755']);
});

it('leaves the mode of a directory that is there as it is', async () => {
  mkdirSync(join(dir, 'own'), { mode: 0o700 });
  await listenOnSocket(newServer(), join(dir, 'own/s.sock'), 0o660);
  expect(modeOf(join(dir, 'own'))).toBe('700');
});

/** A killed process leaves its socket behind; Node removes it, so a second name keeps it. */
async function leaveBehind(where: string): Promise<void> {
  const dead = createServer();
  await new Promise<void>(done => dead.listen(where, done));
  linkSync(where, `${where}.kept`);
  await new Promise(done => dead.close(done));
  renameSync(`${where}.kept`, where);
}

it('removes the socket of a dead process and listens in its place', async () => {
  await leaveBehind(path);
  await listenOnSocket(newServer(), path, 0o600);
  expect(modeOf(path)).toBe('600');
});

it('leaves a living one alone: another daemon has it', async () => {
  await listenOnSocket(newServer(), path, 0o660);
  const { ino } = statSync(path);
  await expect(listenOnSocket(newServer(), path, 0o600)).rejects.toMatchObject({
    code: 'locked',
    message: `another certd answers on ${path}`,
  });
  expect(statSync(path).ino).toBe(ino);
  expect(modeOf(path)).toBe('660');
});

it('leaves a file that is no socket alone', async () => {
  writeFileSync(path, 'precious');
  await expect(listenOnSocket(newServer(), path, 0o600)).rejects.toMatchObject({
    code: 'disk-failed',
    message: `${path} is there and is no socket; it is left as it is`,
  });
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

it('leaves a directory alone', async () => {
  mkdirSync(path);
  await expect(listenOnSocket(newServer(), path, 0o600)).rejects.toMatchObject({ code: 'disk-failed' });
  expect(statSync(path).isDirectory()).toBe(true);
});

it.each([
  ['a file', () => import.meta.filename],
  ['nothing', () => join(dir, 'nothing')],
  ['a socket of a dead process', () => join(dir, 'dead.sock')],
])('leaves a link to %s alone', async (_sentence, target) => {
  await leaveBehind(join(dir, 'dead.sock'));
  symlinkSync(target(), path);
  await expect(listenOnSocket(newServer(), path, 0o600)).rejects.toMatchObject({
    code: 'disk-failed',
    message: `${path} is there and is no socket; it is left as it is`,
  });
  expect(readlinkSync(path)).toBe(target());
  expect(existsSync(join(dir, 'dead.sock'))).toBe(true);
});

it('takes a path of 107 bytes, and says of a longer one what the limit is', async () => {
  const sized = (bytes: number) => join(dir, `ü${'x'.repeat(bytes - Buffer.byteLength(dir) - 3)}`);
  await listenOnSocket(newServer(), sized(107), 0o600);
  expect(modeOf(sized(107))).toBe('600');
  await expect(listenOnSocket(newServer(), join(sized(108)), 0o600)).rejects.toMatchObject({
    code: 'config-invalid',
    message: `${sized(108)} has 108 bytes; the path of a Unix socket has at most 107`,
  });
  expect(existsSync(sized(108))).toBe(false);
});

it('leaves the umask as it was where the path cannot be bound', async () => {
  const before = process.umask();
  const seen: number[] = [];
  const server = newServer();
  server.listen = () => {
    seen.push(process.umask());
    throw new Error('no');
  };
  await expect(listenOnSocket(server, path, 0o600)).rejects.toThrow('no');
  expect(seen).toEqual([0o177]);
  expect(process.umask()).toBe(before);
});
