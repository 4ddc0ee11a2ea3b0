import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StatusDocument } from '../../src/core/status/status-document.ts';
import { askDaemon } from '../../src/health/client.ts';
import { askSocket } from '../support/ask-socket.ts';
import { day, hour } from '../support/make-observed.ts';
import { roomDaemon } from '../support/room-daemon.ts';
import type { Ended } from '../support/run-source.ts';
import { name, type StateRoom, stateRoom } from '../support/state-room.ts';

let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'certd-matrix-'));
});

afterAll(() => rmSync(cache, { recursive: true }));

const id = '0001-aabbccdd';
const socketOf = (room: StateRoom) => join(room.runtimeDir, 'health.sock');

/** A room whose certificate began and ends so many days from now. */
async function roomWith(begins: number, ends: number): Promise<StateRoom> {
  const room = await stateRoom(cache);
  await room.issue(id, begins, ends);
  await room.deploy(id);
  return room;
}

/** A process of its own that listens on the room's socket, and is gone when the test ends. */
async function listener(room: StateRoom) {
  const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script, socketOf(room)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  await new Promise(resolve => child.stdout.once('data', resolve));
  return { child, kill };
}

/** What both forms of the command say: they must not differ. */
async function statusOf(room: StateRoom) {
  const [table, json] = await Promise.all([room.certd('status'), room.certd('status', '--json')]);
  expect(json.code).toBe(table.code);
  const document: StatusDocument = JSON.parse(json.stdout);
  for (const { code } of document.problems) expect(table.stdout).toContain(`! ${code}: `);
  return { exit: table.code, line: firstLine(table), document };
}

const firstLine = ({ stdout }: Ended) => stdout.split('\n')[0];

const unknown = { exit: 3, line: 'UNKNOWN: 1 certificate (certd source, read from disk)' };
const critical = { exit: 2, line: 'CRITICAL: 1 certificate, 1 critical (certd source, read from disk)' };

describe('with the daemon dead', () => {
  it('status says so, shows what the daemon said of the certificates, and cannot tell more', async () => {
    const room = await roomWith(-30, 60);
    const daemon = await roomDaemon(room);
    const before: StatusDocument = JSON.parse((await askSocket(daemon.socket, '/status')).body);
    await daemon.end();
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(unknown);
    expect(document).toMatchObject({
      source: 'disk',
      status: 'warning',
      pid: null,
      started_at: null,
      problems: [{ code: 'daemon-dead', certificate: null }],
    });
    expect(document.certificates).toEqual(before.certificates);
  });

  it('whose socket still lies there, the answer is the same, and nothing else answers', async () => {
    const room = await roomWith(-30, 60);
    await (await listener(room)).kill();
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(unknown);
    expect(document.problems).toMatchObject([{ code: 'daemon-dead' }]);
    for (const path of ['/livez', '/healthz', '/metrics']) {
      await expect(askSocket(socketOf(room), path)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('what is critical on disk stays critical', async () => {
    const room = await roomWith(-91, -1);
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(critical);
    expect(document.certificates).toMatchObject([{ name, problems: [{ code: 'expired' }] }]);
  });

  it.each([
    ['of a newer certd', '99\n', 'layout-too-new'],
    ['that holds no number', 'two\n', 'layout-corrupt'],
  ])('a LAYOUT %s is critical', async (_words, text, code) => {
    const room = await roomWith(-30, 60);
    writeFileSync(room.layout.layoutFile, text);
    const { exit, document } = await statusOf(room);
    expect(exit).toBe(2);
    expect(document.problems).toMatchObject([{ code: 'daemon-dead' }, { code, level: 'critical' }]);
    expect(document.certificates).toMatchObject([{ name }]);
  });

  it('and a configuration that cannot be used, what is live is shown, and the first problem of the file', async () => {
    const room = await roomWith(-30, 60);
    // Whether anything knows what to run is not known.
    await room.oweAfter(room.start - day);
    room.writeConfig('nonsense: true');
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(unknown);
    expect(document).toMatchObject({
      status: 'warning',
      problems: [
        { code: 'daemon-dead' },
        {
          code: 'config-refused',
          message: expect.stringContaining(`${room.configFile}:5:1: config-unknown-key: `),
        },
      ],
      certificates: [{ name, status: 'ok', problems: [], not_after: expect.any(String) }],
    });
  });

  it.each([
    ['has expired', -91, -1, 'expired'],
    ['is past the usual threshold', -88, 2, 'expiring-soon'],
  ])('and a configuration that is missing, what %s is critical', async (_words, begins, ends, code) => {
    const room = await roomWith(begins, ends);
    rmSync(room.configFile);
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(critical);
    const message = `${room.configFile}:1:1: config-unreadable: cannot be read: there is no such file (ENOENT); \`certd init\` writes a first one`;
    expect(document.problems).toMatchObject([{ code: 'daemon-dead' }, { code: 'config-refused', message }]);
    expect(document.certificates).toMatchObject([{ name, problems: [{ code }] }]);
  });

  it('what a certificate that is gone owes after an attempt is critical after an hour', async () => {
    const room = await stateRoom(cache);
    await room.oweAfter(room.start - 2 * hour);
    room.forgetCertificate();
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(critical);
    expect(document.certificates).toMatchObject([
      { name, managed: false, problems: [{ code: 'after-gone' }], not_after: null, domains: [] },
    ]);
    rmSync(room.layout.attemptOf(name));
    expect((await statusOf(room)).document.certificates).toEqual([]);
  });

  it('and a configuration that cannot be used, what nobody can read of the disk is critical', async () => {
    const room = await roomWith(-30, 60);
    room.writeConfig('nonsense: true');
    writeFileSync(room.layout.issuerState(name), 'no JSON');
    const { exit, document } = await statusOf(room);
    expect(exit).toBe(2);
    expect(document.problems.slice(2)).toMatchObject([{ code: 'state-corrupt', certificate: name }]);
  });
});

describe('with the daemon hung, nothing answers, and status says so after two seconds', () => {
  const silent = (room: StateRoom) => ({
    code: 'daemon-silent',
    message: `no answer on ${socketOf(room)} within 2 s`,
  });

  it('where it accepts and says nothing', async () => {
    const room = await roomWith(-30, 60);
    const server = createServer(() => {}).listen(socketOf(room));
    onTestFinished(() => void server.close());
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(unknown);
    expect(document.problems).toMatchObject([silent(room)]);
    expect(document.source).toBe('disk');
  });

  it('where it is stopped, with what is critical on disk', async () => {
    const room = await roomWith(-91, -1);
    const { child } = await listener(room);
    child.kill('SIGSTOP');
    const { document, ...said } = await statusOf(room);
    expect(said).toEqual(critical);
    expect(document.problems).toMatchObject([silent(room)]);
    const request = { socket: socketOf(room), method: 'GET', body: null, timeoutMs: 50 } as const;
    for (const path of ['/livez', '/healthz', '/metrics']) {
      await expect(askDaemon({ ...request, path })).rejects.toMatchObject({ code: 'daemon-silent' });
    }
  });
});
