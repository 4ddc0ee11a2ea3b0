import { chmodSync, linkSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askDaemon } from '../../src/health/client.ts';
import { routeServer } from '../../src/health/server.ts';

let dir = '';
let path = '';
const open: { server: Server; sockets: Set<Socket> }[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-client-'));
  path = join(dir, 's.sock');
});

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise(done => server.close(done));
  }
  rmSync(dir, { recursive: true });
});

async function serve(server: Server, backlog = 511): Promise<Server> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket));
  open.push({ server, sockets });
  await new Promise<void>(done => server.listen({ path, backlog }, done));
  return server;
}

/** A daemon that says exactly this as soon as it has been asked, and closes. */
function answering(...pieces: readonly (string | Buffer)[]): Promise<Server> {
  return serve(
    createServer(socket => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        for (const piece of pieces) socket.write(piece);
        socket.end();
      });
    }),
  );
}

const ask = (timeoutMs: number | null = 20_000) =>
  askDaemon({ socket: path, method: 'GET', path: '/status', body: null, timeoutMs });

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n';

describe('with a daemon', () => {
  it('gets status and body, whatever the status', async () => {
    await serve(routeServer({ 'GET /status': () => ({ status: 503, body: { a: [1] } }) }, () => undefined));
    expect(await ask()).toEqual({ status: 503, body: { a: [1] } });
  });

  it('sends its body with the length in bytes', async () => {
    await serve(routeServer({ 'POST /renew': body => ({ status: 200, body }) }, () => undefined));
    const body = { names: ['bücher.example'], force: false };
    const answer = await askDaemon({ socket: path, method: 'POST', path: '/renew', body, timeoutMs: null });
    expect(answer).toEqual({ status: 200, body });
  });

  it('reads a letter that arrives in two pieces', async () => {
    const bytes = Buffer.from(`${ok}"ü"`);
    await answering(bytes.subarray(0, -2), bytes.subarray(-2));
    expect(await ask()).toEqual({ status: 200, body: 'ü' });
  });

  it('without a limit waits as long as the daemon needs', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const handler = async () => {
      setImmediate(resolve);
      await promise;
      return { status: 200, body: 'done' };
    };
    await serve(routeServer({ 'GET /status': handler }, () => undefined));
    expect(await ask(null)).toEqual({ status: 200, body: 'done' });
  });
});

describe('nobody is there', () => {
  const dead = () =>
    expect(ask()).rejects.toMatchObject({ code: 'daemon-dead', message: `no daemon answers on ${path}` });

  it('where there is no socket', () => dead());

  it('where a dead process left its socket', async () => {
    const server = createServer();
    await new Promise<void>(done => server.listen(path, done));
    linkSync(path, `${path}.kept`);
    await new Promise(done => server.close(done));
    renameSync(`${path}.kept`, path);
    await dead();
  });

  it('where the path is a file', async () => {
    writeFileSync(path, '');
    await dead();
  });

  it('where a directory of the path is a file', async () => {
    writeFileSync(path, '');
    path = join(path, 'deeper.sock');
    await dead();
  });
});

describe('the daemon is silent', () => {
  const silent = (message: string, timeoutMs?: number) =>
    expect(ask(timeoutMs)).rejects.toMatchObject({ code: 'daemon-silent', message });

  it('when it accepts and never answers: for as long as the caller waits', async () => {
    await serve(createServer());
    await silent(`no answer on ${path} within 0.02 s`, 20);
  });

  it('when it begins an answer and never ends it', async () => {
    await serve(createServer(socket => socket.write(ok)));
    await silent(`no answer on ${path} within 0.02 s`, 20);
  });

  it('when its answer trickles for longer than the caller waits', async () => {
    const server = createServer(socket => {
      const more = () => {
        if (socket.destroyed) return;
        socket.write(' ');
        setImmediate(more);
      };
      socket.on('error', () => socket.destroy());
      more();
    });
    await serve(server);
    await silent(`no answer on ${path} within 0.02 s`, 20);
  });

  it.each([
    ['closes without a word', ['']],
    ['breaks off in the head', ['HTTP/1.1 200 OK\r\ncontent-']],
    ['breaks off in the body', [ok, '{"schema":']],
    ['answers without a body', [ok]],
    ['speaks another protocol', ['SSH-2.0-OpenSSH_9.2\r\n\r\n{}']],
    ['speaks another HTTP', ['HTTP/2 200 OK\r\n\r\n{}']],
  ])('when it %s', async (_sentence, pieces) => {
    await answering(...pieces);
    await silent('the daemon broke off its answer');
  });

  it('when it dies under the question', async () => {
    await serve(createServer(socket => socket.destroy()));
    await expect(ask()).rejects.toMatchObject({ code: 'daemon-silent' });
  });

  it('when it takes nobody out of the queue of connections', async () => {
    await serve(createServer(), 1);
    // All in one turn of the loop, so that the server has none to accept in.
    const waiting = Array.from({ length: 4 }, () => connect(path).on('error', () => undefined));
    await silent(`the daemon on ${path} accepts nobody`);
    for (const socket of waiting) socket.destroy();
  });

  it('when its answer has no end', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    await serve(
      createServer(socket => {
        socket.on('error', () => socket.destroy());
        const more = () => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on('drain', more);
        more();
      }),
    );
    await silent('the answer has no end');
  });
});

it('says of a path that is too long for a socket what the limit is', async () => {
  path = join(dir, 'x'.repeat(107 - dir.length));
  await expect(ask()).rejects.toMatchObject({
    code: 'config-invalid',
    message: `${path} has 108 bytes; the path of a Unix socket has at most 107`,
  });
  path = path.slice(0, -1);
  await serve(routeServer({ 'GET /status': () => ({ status: 200, body: 1 }) }, () => undefined));
  expect(await ask()).toEqual({ status: 200, body: 1 });
});

it('without the right to connect says so, and nothing about a dead daemon', async () => {
  await serve(createServer());
  chmodSync(path, 0o000);
  const refused = asNobody(() => ask());
  await expect(refused).rejects.toMatchObject({
    code: 'permission-denied',
    message: `this user may not connect to ${path}`,
  });
});

/** Root may connect to anything; the connection is made before `act` returns its promise. */
function asNobody<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  chmodSync(dir, 0o755);
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}
