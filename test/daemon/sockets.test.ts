import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { StatusDocument } from '../../src/core/status/status-document.ts';
import type { PassRequest } from '../../src/daemon/pass-request.ts';
import type { PassAnswer } from '../../src/daemon/run-pass.ts';
import { controlSocket, defaultHealthSocket } from '../../src/daemon/socket-paths.ts';
import { openSockets } from '../../src/daemon/sockets.ts';
import { askDaemon } from '../../src/health/client.ts';
import { openLog } from '../../src/log.ts';
import { askSocket } from '../support/ask-socket.ts';
import { makeConfig } from '../support/make-config.ts';
import { ownDir, ownUid } from '../support/state-dir.ts';
import { exampleStatus } from '../support/status-examples.ts';
import { unixClient } from '../support/unix-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const answered: PassAnswer = { duration_ms: 5, results: [] };

const unexpected = () => Promise.reject(new Error('nobody asks for this here'));

/** Both sockets over a loop and a document of the test's own. */
async function openRoom(
  change: {
    readonly alive?: boolean;
    readonly document?: StatusDocument;
    readonly answer?: Promise<PassAnswer>;
  } = {},
) {
  const runtimeDir = join(ownDir(), 'run');
  const asked: PassRequest[] = [];
  const loop = {
    alive: () => change.alive ?? true,
    ask: async (request: PassRequest) => {
      asked.push(request);
      return change.answer ?? answered;
    },
    use: unexpected,
  };
  const logged: string[] = [];
  const log = openLog({ level: 'info', style: 'json', write: line => void logged.push(line) });
  const status = () => change.document ?? exampleStatus(['well']);
  const metrics = () => 'some_metric 1\n';
  const sockets = await openSockets(makeConfig([]), { runtimeDir, log, uid: ownUid, loop, status, metrics });
  onTestFinished(sockets.close);
  const get = (path: string, socket = defaultHealthSocket(runtimeDir)) =>
    askDaemon({ socket, method: 'GET', path, body: null, timeoutMs: 5000 });
  const post = (body: unknown, socket = controlSocket(runtimeDir)) =>
    askDaemon({ socket, method: 'POST', path: '/renew', body, timeoutMs: 5000 });
  return { runtimeDir, asked, sockets, get, post, logged };
}

it('opens a health socket for the group and a control socket for nobody else', async () => {
  const { runtimeDir } = await openRoom();
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(modeOf(join(runtimeDir, 'health.sock'))).toBe('660');
  expect(modeOf(join(runtimeDir, 'control.sock'))).toBe('600');
});

it.each([
  [true, 200],
  [false, 503],
])('says on /livez whether the loop lives: %s', async (alive, status) => {
  const { runtimeDir, get } = await openRoom({ alive });
  expect(await get('/livez')).toEqual({ status, body: { alive } });
  expect(await get('/livez', controlSocket(runtimeDir))).toEqual({ status, body: { alive } });
});

it.each([
  ['ok', 200],
  ['warning', 200],
  ['critical', 503],
] as const)('answers /healthz for %s with %i', async (status, code) => {
  const document = { ...exampleStatus(['well']), status, certificates: [], problems: [] };
  const { get } = await openRoom({ document });
  expect(await get('/healthz')).toEqual({ status: code, body: { status, problems: [] } });
});

it('gives the whole document on /status, and on /metrics what Prometheus reads', async () => {
  const { get, runtimeDir } = await openRoom();
  expect(await get('/status')).toEqual({ status: 200, body: exampleStatus(['well']) });
  expect(await askSocket(defaultHealthSocket(runtimeDir), '/metrics')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: 'some_metric 1\n',
  });
});

it.each([
  [
    { names: null, force: false },
    { names: null, asked: 'pass' },
  ],
  [
    { names: ['a'], force: false },
    { names: ['a'], asked: 'named' },
  ],
  [
    { names: ['a'], force: true },
    { names: ['a'], asked: 'forced' },
  ],
  [
    { names: null, force: true },
    { names: null, asked: 'forced' },
  ],
])('takes %j on the control socket', async (body, request) => {
  const { post, asked } = await openRoom();
  expect(await post(body)).toEqual({ status: 200, body: answered });
  expect(asked).toEqual([request]);
});

it.each([
  [{}],
  [[]],
  ['renew'],
  [{ names: 'a', force: false }],
  [{ names: [1], force: false }],
  [{ names: null, force: 'yes' }],
  [{ names: null }],
])('refuses %j and asks for no pass', async body => {
  const { post, asked } = await openRoom();
  expect(await post(body)).toMatchObject({ status: 400, body: { code: 'usage' } });
  expect(asked).toEqual([]);
});

it('changes nothing over the health socket', async () => {
  const { runtimeDir, post, asked } = await openRoom();
  const request = { names: null, force: true };
  expect(await post(request, defaultHealthSocket(runtimeDir))).toMatchObject({ status: 404 });
  expect(asked).toEqual([]);
});

it('opens neither where the other one is taken', async () => {
  const { runtimeDir } = await openRoom();
  const other = join(ownDir(), 'run');
  const config = { ...makeConfig([]), health: { socket: join(other, 'h.sock'), mode: 0o660, group: null } };
  const loop = { alive: () => true, ask: async () => answered, use: unexpected };
  const log = openLog({ level: 'fatal', style: 'json', write: () => {} });
  const setup = {
    runtimeDir,
    log,
    uid: ownUid,
    loop,
    status: () => exampleStatus(['well']),
    metrics: () => '',
  };
  await expect(openSockets(config, setup)).rejects.toMatchObject({ code: 'locked' });
  await expect(
    askDaemon({ socket: join(other, 'h.sock'), method: 'GET', path: '/livez', body: null, timeoutMs: 5000 }),
  ).rejects.toMatchObject({ code: 'daemon-dead' });
});

it('tells nothing else over the control socket', async () => {
  const { runtimeDir, get } = await openRoom();
  expect(await get('/status', controlSocket(runtimeDir))).toMatchObject({ status: 404 });
});

it('takes the sockets along when it closes', async () => {
  const { runtimeDir, sockets, get } = await openRoom();
  await sockets.close();
  await expect(get('/livez')).rejects.toMatchObject({ code: 'daemon-dead' });
  expect(existsSync(controlSocket(runtimeDir))).toBe(false);
});

it('goes on with a pass whose client has left, and answers the next one', async () => {
  const { promise, resolve } = Promise.withResolvers<PassAnswer>();
  const { runtimeDir, asked, post, logged } = await openRoom({ answer: promise });
  const client = await unixClient(controlSocket(runtimeDir));
  const body = JSON.stringify({ names: null, force: false });
  client.send(`POST /renew HTTP/1.1\r\nhost: certd\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await waitUntil('the request is there', () => (asked.length > 0 ? true : null));
  client.socket.destroy();
  const second = post({ names: ['a'], force: false });
  await waitUntil('the second request is there', () => (asked.length > 1 ? true : null));
  resolve(answered);
  expect(await second).toEqual({ status: 200, body: answered });
  expect(logged).toEqual([]);
});

it('renders a document once for all who ask while it is the same', async () => {
  let rendered = 0;
  const toJSON = () => {
    rendered += 1;
    return exampleStatus(['well']);
  };
  const { get } = await openRoom({ document: Object.assign(exampleStatus(['well']), { toJSON }) });
  const answers = await Promise.all(Array.from({ length: 20 }, () => get('/status')));
  expect(answers.at(-1)).toEqual({ status: 200, body: exampleStatus(['well']) });
  expect(rendered).toBe(1);
});

it('lets out what is answered while it closes', async () => {
  const { promise, resolve } = Promise.withResolvers<PassAnswer>();
  const { asked, sockets, post } = await openRoom({ answer: promise });
  const answer = post({ names: null, force: false });
  await waitUntil('the request is there', () => (asked.length > 0 ? true : null));
  resolve(answered);
  await sockets.close();
  expect(await answer).toEqual({ status: 200, body: answered });
});
