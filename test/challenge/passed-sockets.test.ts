import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openStandalone } from '../../src/challenge/standalone.ts';
import { startActivated } from '../support/activated.ts';
import { tcpClient } from '../support/tcp-client.ts';

/** Does what its input says, a word a line, and says what became of it. */
const program = `
  import { createInterface } from 'node:readline';
  const { openStandalone } = await import(${JSON.stringify(import.meta.resolve('../../src/challenge/standalone.ts'))});
  const { takePassedSockets } = await import(${JSON.stringify(import.meta.resolve('../../src/host/passed-sockets.ts'))});
  const passedSockets = () => takePassedSockets(process.env, process.pid);
  const standalone = openStandalone({ passedSockets, warn: error => console.error(error) });
  const solver = standalone.solver({ kind: 'systemd-socket' });
  const words = {
    listen: () => standalone.answerOnPassedSockets(),
    present: () => solver.present({ domain: 'a.example', token: 'tok', keyAuthorization: 'tok.thumb' }),
    cleanUp: () => solver.cleanUp('tok'),
    close: () => standalone.close(),
    variables: () => Object.keys(process.env).filter(name => name.startsWith('LISTEN_')).join(' '),
  };
  for await (const word of createInterface({ input: process.stdin })) {
    console.log(await words[word]().then(said => said ?? 'done', error => error.code + ': ' + error.message));
  }`.replace('variables: ()', 'variables: async ()');
const argv = [process.execPath, '--input-type=module', '--eval', program];

function talkTo(child: ChildProcess) {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a child without pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  return async (word: string): Promise<string> => {
    stdin.write(`${word}\n`);
    return (await lines.next()).value ?? 'ended';
  };
}

async function statusOf(port: number): Promise<string> {
  const client = await tcpClient(port);
  client.send('GET /.well-known/acme-challenge/tok HTTP/1.1\r\nhost: a\r\n\r\n');
  return /^HTTP\/1\.1 (\d+)/.exec(await client.closed)?.[1] ?? 'none';
}

it('a socket of systemd is answered from the start to the end, with 404 outside orders', async () => {
  const { child, port } = await startActivated(argv);
  const tell = talkTo(child);
  expect(await tell('listen')).toBe('done');
  expect(await tell('variables')).toBe('');
  expect(await statusOf(port)).toBe('404');
  expect(await tell('present')).toBe('done');
  expect(await statusOf(port)).toBe('200');
  expect(await tell('cleanUp')).toBe('done');
  expect(await statusOf(port)).toBe('404');
  expect(await tell('close')).toBe('done');
  await expect(statusOf(port)).rejects.toThrow('ECONNREFUSED');
});

it('is left alone until a challenge wants it, and taken then', async () => {
  const { child, port } = await startActivated(argv);
  const tell = talkTo(child);
  expect(await tell('variables')).toBe('LISTEN_FDS LISTEN_PID');
  const waiting = statusOf(port);
  expect(await tell('present')).toBe('done');
  expect(await waiting).toBe('200');
  expect(await tell('listen')).toBe('done');
  expect(await statusOf(port)).toBe('200');
});

it('is refused where the descriptor is none', async () => {
  const child = spawn('/bin/sh', ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3</dev/null', ...argv], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const tell = talkTo(child);
  expect(await tell('present')).toMatch(
    /^socket-not-passed: descriptor 3 from systemd is no socket that certd can listen on: E[A-Z]+$/,
  );
  expect(await tell('close')).toBe('done');
  const ended = once(child, 'exit');
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
});

it('is refused, at each attempt, where systemd has passed none', async () => {
  let asked = 0;
  const passedSockets = () => {
    asked += 1;
    return [];
  };
  const standalone = openStandalone({ passedSockets, warn: () => undefined });
  const solver = standalone.solver({ kind: 'systemd-socket' });
  const challenge = { domain: 'a.example', token: 'tok', keyAuthorization: 'tok.thumb' };
  expect(asked).toBe(0);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(solver.present(challenge, new AbortController().signal)).rejects.toMatchObject({
      code: 'socket-not-passed',
      message: 'systemd has passed no socket to this process',
    });
  }
  expect(asked).toBe(1);
});
