import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readlinkSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSockets } from '../../src/daemon/sockets.ts';
import { askDaemon } from '../../src/health/client.ts';
import { openLog } from '../../src/log.ts';
import { makeConfig } from '../support/make-config.ts';
import { ownDir, ownUid } from '../support/state-dir.ts';
import { exampleStatus } from '../support/status-examples.ts';

let runtimeDir: string;
let elsewhere: string;
let usual: string;

beforeEach(() => {
  const dir = ownDir();
  runtimeDir = join(dir, 'run');
  mkdirSync(runtimeDir);
  usual = join(runtimeDir, 'health.sock');
  elsewhere = join(dir, 'elsewhere.sock');
});

async function open(socket: string | null) {
  const sockets = await openSockets(
    { ...makeConfig([]), health: { socket, mode: 0o660, group: null } },
    {
      runtimeDir,
      log: openLog({ level: 'fatal', style: 'json', write: () => {} }),
      uid: ownUid,
      loop: { alive: () => true, ask: async () => ({ duration_ms: 5, results: [] }), use: unexpected },
      status: () => exampleStatus(['well']),
      metrics: () => '',
    },
  );
  onTestFinished(sockets.close);
  return sockets;
}

const unexpected = () => Promise.reject(new Error('nobody asks for this here'));

const ask = (socket = usual) =>
  askDaemon({ socket, method: 'GET', path: '/livez', body: null, timeoutMs: 5000 });

const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** A socket that nobody listens on any more, as `kill -9` leaves it. */
async function deadSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script, path], { stdio: 'ignore' }), 'exit');
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('with a health socket elsewhere', () => {
  it('a link in the usual place leads to it, and goes with it', async () => {
    const { close } = await open(elsewhere);
    expect(readlinkSync(usual)).toBe(elsewhere);
    expect(await ask()).toEqual({ status: 200, body: { alive: true } });
    await close();
    expect([usual, elsewhere].filter(isThere)).toEqual([]);
  });

  it.each([
    ['a link to nothing', async () => symlinkSync('/nowhere/health.sock', usual)],
    [
      'a link to a dead socket',
      async () => {
        await deadSocket(elsewhere);
        symlinkSync(elsewhere, usual);
      },
    ],
    ['a dead socket', () => deadSocket(usual)],
  ])('%s that a killed daemon left in the usual place is replaced', async (_words, leave) => {
    await leave();
    await open(elsewhere);
    expect(readlinkSync(usual)).toBe(elsewhere);
  });

  it.each([
    ['a file', () => writeFileSync(usual, 'mine')],
    ['a directory', () => mkdirSync(usual)],
    ['a link to a file', () => symlinkSync(import.meta.filename, usual)],
  ])('%s in the usual place is left, and certd does not start', async (_words, put) => {
    put();
    await expect(open(elsewhere)).rejects.toMatchObject({
      code: 'disk-failed',
      message: `${usual} is there and is no socket; it is left as it is`,
    });
    expect(isThere(usual)).toBe(true);
    expect(isThere(elsewhere)).toBe(false);
  });

  it('that is the usual place by another path, no link is made', async () => {
    symlinkSync(runtimeDir, `${runtimeDir}-alias`);
    const { close } = await open(join(`${runtimeDir}-alias`, 'health.sock'));
    expect(lstatSync(usual).isSocket()).toBe(true);
    await close();
    expect(isThere(usual)).toBe(false);
  });

  it('the link of another daemon that lives stays', async () => {
    await open(elsewhere);
    await expect(open(`${elsewhere}2`)).rejects.toMatchObject({ code: 'locked' });
    await expect(open(null)).rejects.toMatchObject({ code: 'locked' });
    expect(await ask()).toMatchObject({ status: 200 });
  });

  it('a link that somebody has bent meanwhile stays when certd ends', async () => {
    const { close } = await open(elsewhere);
    unlinkSync(usual);
    symlinkSync('/somewhere/else', usual);
    await close();
    expect(readlinkSync(usual)).toBe('/somewhere/else');
  });
});

it('a link that a killed daemon left is no obstacle to a health socket in the usual place', async () => {
  symlinkSync(elsewhere, usual);
  await open(null);
  expect(lstatSync(usual).isSocket()).toBe(true);
  expect(await ask()).toMatchObject({ status: 200 });
});

it('a link that a killed daemon left is a dead daemon to whoever asks', async () => {
  symlinkSync(elsewhere, usual);
  await expect(ask()).rejects.toMatchObject({ code: 'daemon-dead' });
  await deadSocket(elsewhere);
  await expect(ask()).rejects.toMatchObject({ code: 'daemon-dead' });
});
