import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { systemErrorOf } from '../../src/core/errors.ts';
import { hookEnvironment } from '../../src/deploy/hook-environment.ts';
import { type HookResult, type HookRun, runHook } from '../../src/deploy/run-hook.ts';
import { makeLeaf, makeTarget } from '../support/make-observed.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

const graceMs = 100;
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let dir: string;
/** Processes that a test leaves running on purpose. */
let strays: number[];

beforeEach(() => {
  dir = ownDir();
  strays = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const pid of strays.filter(isAlive)) process.kill(pid, 'SIGKILL');
});

function run(command: Command, change: Partial<HookRun> = {}): Promise<HookResult> {
  return runHook({
    command,
    env: { PATH: systemPath, ROOM: dir },
    timeoutMs: 20_000,
    graceMs,
    signal: new AbortController().signal,
    ...change,
  });
}

const argv = (...words: [string, ...string[]]): Command => ({ kind: 'argv', argv: words });
const shell = (script: string): Command => ({ kind: 'shell', script });

/** A process that has ended but was not yet waited for counts as gone. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function pidIn(file: string): Promise<number> {
  return waitUntil(`${file} holds a pid`, () => {
    const text = readFileSync(join(dir, file), 'utf8');
    return text.endsWith('\n') ? Number(text) : null;
  });
}

const gone = (pid: number) => waitUntil(`${pid} is gone`, () => (isAlive(pid) ? null : true));

/** From here on the limits of hooks pass by `pass` alone: when a program comes to its turn is the machine's affair. */
const stopClock = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** How many pipes and sockets this process has open. */
const openStreams = () => readdirSync('/proc/self/fd').filter(isStream).length;

function isStream(descriptor: string): boolean {
  try {
    return /^(pipe|socket):/.test(readlinkSync(`/proc/self/fd/${descriptor}`));
  } catch (thrown) {
    // The descriptor that the directory was read with.
    if (systemErrorOf(thrown)?.code === 'ENOENT') return false;
    throw thrown;
  }
}

it('says ok for exit 0, with both streams in the order written', async () => {
  expect(await run(shell('echo out; echo err >&2; echo out'))).toEqual({
    outcome: 'ok',
    detail: 'exit 0',
    output: expect.stringMatching(/^(?=.*err)out/s),
  });
});

it('says with what exit code it failed', async () => {
  expect(await run(shell('echo no; exit 3'))).toEqual({
    outcome: 'hook-failed',
    detail: 'exit 3',
    output: 'no\n',
  });
});

it('says by what signal it was ended', async () => {
  expect(await run(shell('kill -KILL $$'))).toEqual({
    outcome: 'hook-failed',
    detail: 'killed by SIGKILL',
    output: '',
  });
});

it('says that there is no such program, or that it is not executable', async () => {
  writeFileSync(join(dir, 'plain'), '#!/bin/sh\n', { mode: 0o644 });
  expect(await run(argv('certd-test-no-such-program'))).toMatchObject({
    outcome: 'hook-not-found',
    detail: 'no such program',
  });
  expect(await run(argv('/nonexistent/hook'))).toMatchObject({
    outcome: 'hook-not-found',
    detail: 'no such program',
  });
  expect(await run(argv(join(dir, 'plain')))).toMatchObject({
    outcome: 'hook-not-found',
    detail: 'not executable',
  });
});

it('fails a hook that the system cannot start, without throwing', async () => {
  expect(await run(argv('true', 'x'.repeat(200_000)))).toMatchObject({
    outcome: 'hook-failed',
    detail: 'it could not be started: E2BIG',
  });
});

it('looks for a program on the path of the hooks, not on its own', async () => {
  writeFileSync(join(dir, 'certd-test-tool'), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', `${dir}:${process.env['PATH']}`);
  expect(await run(argv('certd-test-tool'))).toMatchObject({ outcome: 'hook-not-found' });
  const env = { PATH: `${dir}:${systemPath}` };
  expect(await run(argv('certd-test-tool'), { env })).toMatchObject({ outcome: 'ok' });
});

it('runs words without a shell', async () => {
  const { output } = await run(argv('printf', '%s|', '$HOME', ';', '&&', '`id`', '*', 'a  b', ''));
  expect(output).toBe('$HOME|;|&&|`id`|*|a  b||');
});

it('runs a script with a shell where one is asked for', async () => {
  expect(await run(shell('printf a | tr a b && printf "$PWD"'))).toMatchObject({ output: 'b/' });
});

it('gives it the environment of the contract and nothing else', async () => {
  vi.stubEnv('SECRET_TOKEN', 'swordfish');
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify');
  vi.stubEnv('NODE_OPTIONS', '--no-warnings');
  vi.stubEnv('LD_PRELOAD', '');
  const env = hookEnvironment([
    { target: makeTarget(), leaf: makeLeaf(), liveDir: '/var/lib/certd/live/a.example', previous: null },
  ]);
  const { output } = await run(argv('env'), { env });
  expect(output.trimEnd().split('\n').sort()).toEqual([
    'CERTD_CERT=/var/lib/certd/live/a.example/cert.pem',
    'CERTD_CHAIN=/var/lib/certd/live/a.example/chain.pem',
    'CERTD_DOMAINS=a.example',
    'CERTD_FINGERPRINT_SHA256=1122334411223344112233441122334411223344112233441122334411223344',
    'CERTD_FULLCHAIN=/var/lib/certd/live/a.example/fullchain.pem',
    'CERTD_KEY=/var/lib/certd/live/a.example/privkey.pem',
    'CERTD_LIVE_DIR=/var/lib/certd/live/a.example',
    'CERTD_NAME=a.example',
    'CERTD_NOT_AFTER=2026-04-01T00:00:00.000Z',
    'CERTD_PREVIOUS_FINGERPRINT_SHA256=',
    'CERTD_SERIAL=03aabb',
    `PATH=${systemPath}`,
    'RENEWED_DOMAINS=a.example',
    'RENEWED_LINEAGE=/var/lib/certd/live/a.example',
  ]);
});

it('gives it no input, and / as its directory', async () => {
  const { output } = await run(shell('readlink /proc/$$/fd/0; pwd; cat; echo end'));
  expect(output).toBe('/dev/null\n/\nend\n');
});

it('gives it no file that certd has open', async () => {
  const descriptor = openSync(join(dir, 'lock'), 'w');
  try {
    const { output } = await run(shell('readlink /proc/$$/fd/*'));
    expect(output).toContain('/dev/null');
    expect(output).not.toContain(join(dir, 'lock'));
  } finally {
    closeSync(descriptor);
  }
});

it('kills the whole group at the limit, also children that ignore SIGTERM', async () => {
  const stubborn =
    "trap '' TERM; sleep 300 & echo $! > $ROOM/child; echo $$ > $ROOM/leader; wait; wait; wait";
  stopClock();
  const running = run(shell(stubborn), { timeoutMs: 300 });
  const pids = [await pidIn('leader'), await pidIn('child')];
  strays.push(...pids);
  pass(300 + graceMs);
  expect(await running).toMatchObject({ outcome: 'hook-timeout', detail: 'killed after 0.3 s' });
  for (const pid of pids) await gone(pid);
});

it('kills at the limit what a leader that obeys SIGTERM leaves behind', async () => {
  // It holds no output, so that nothing but its group tells of it once the leader has ended.
  const script = "(trap '' TERM; exec sleep 300 >/dev/null 2>&1) & echo $! > $ROOM/child; wait";
  stopClock();
  const running = run(shell(script), { timeoutMs: 300 });
  const child = await pidIn('child');
  strays.push(child);
  pass(300);
  expect(await running).toMatchObject({ outcome: 'hook-timeout' });
  await gone(child);
});

it('keeps what a hook printed before its limit', async () => {
  stopClock();
  const running = run(shell('echo so far; echo $$ > $ROOM/leader; exec sleep 300'), { timeoutMs: 300 });
  strays.push(await pidIn('leader'));
  pass(300);
  expect(await running).toMatchObject({
    outcome: 'hook-timeout',
    output: 'so far\n',
  });
});

it.each([
  ['in its group', 'sleep 300 & echo $! > $ROOM/child; echo done'],
  ['in a session of its own', 'setsid sleep 300 & echo $! > $ROOM/child; echo done'],
])('does not wait for a child %s that holds its output, and leaves it alone', async (_, script) => {
  const result = await run(shell(script));
  const child = await pidIn('child');
  strays.push(child);
  expect(result).toEqual({ outcome: 'ok', detail: 'exit 0', output: 'done\n' });
  expect(isAlive(child)).toBe(true);
});

it('calls a hook killed by a signal that, though a child holds its output past the limit', async () => {
  stopClock();
  const script = 'sleep 300 & echo $! > $ROOM/child; echo $$ > $ROOM/leader; kill -KILL $$';
  const running = run(shell(script), { timeoutMs: 300, graceMs: 600 });
  const [child, leader] = [await pidIn('child'), await pidIn('leader')];
  strays.push(child);
  // Not even a zombie any more: this process has heard of its end.
  await waitUntil('the leader was waited for', () => (existsSync(`/proc/${leader}`) ? null : true));
  pass(600);
  const result = await running;
  expect(result).toMatchObject({ outcome: 'hook-failed', detail: 'killed by SIGKILL' });
  expect(isAlive(child)).toBe(true);
});

it('keeps the end of a flood, and not the flood', async () => {
  const before = process.memoryUsage().rss;
  const { outcome, output } = await run(shell('head -c 200000000 /dev/zero | tr "\\0" x; printf end'));
  expect(outcome).toBe('ok');
  expect(output).toBe(`${'x'.repeat(16 * 1024 - 3)}end`);
  expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
});

it('is stopped by certd’s own end, with its whole group', async () => {
  const stop = new AbortController();
  const running = run(shell('sleep 300 & echo $! > $ROOM/child; wait'), { signal: stop.signal });
  const child = await pidIn('child');
  strays.push(child);
  stop.abort();
  expect(await running).toMatchObject({ outcome: 'stopped', detail: 'certd was stopped' });
  await gone(child);
});

/** As if the hook ran as another user: kill(2) is refused to certd, until the test itself kills. */
function refuseKill() {
  const refusal = Object.assign(new Error('kill EPERM'), { code: 'EPERM', syscall: 'kill' });
  vi.spyOn(process, 'kill').mockImplementation(() => {
    throw refusal;
  });
}

it('waits no longer than its limit for a hook that it may not kill, and says so', async () => {
  refuseKill();
  stopClock();
  const running = run(shell('echo $$ > $ROOM/leader; exec sleep 300'), { timeoutMs: 300 });
  strays.push(await pidIn('leader'));
  pass(300 + 2 * graceMs);
  expect(await running).toMatchObject({
    outcome: 'hook-timeout',
    detail: 'still runs after 0.3 s: kill failed with EPERM',
  });
  // Nor does it hold up the end of certd; a process that has ended is closed in the next turn of the loop.
  await waitUntil('no process is waited for', () =>
    process.getActiveResourcesInfo().includes('ProcessWrap') ? null : true,
  );
});

it('is done with a hook that it may not kill also when certd stops', async () => {
  refuseKill();
  const stop = new AbortController();
  const running = run(shell('echo $$ > $ROOM/leader; exec sleep 300'), { signal: stop.signal });
  strays.push(await pidIn('leader'));
  stop.abort();
  expect(await running).toMatchObject({
    outcome: 'stopped',
    detail: 'certd was stopped, and the hook still runs: kill failed with EPERM',
  });
});

it('gives a hook that ignores SIGTERM three seconds when certd stops, however long its grace is', async () => {
  stopClock();
  const stop = new AbortController();
  const script = "trap '' TERM; echo $$ > $ROOM/leader; while :; do sleep 0.05; done";
  const running = run(shell(script), { signal: stop.signal, graceMs: 300_000 });
  const leader = await pidIn('leader');
  strays.push(leader);
  const kill = vi.spyOn(process, 'kill');
  stop.abort();
  pass(2999);
  expect(kill.mock.calls).toEqual([[-leader, 'SIGTERM']]);
  pass(1);
  expect(await running).toMatchObject({ outcome: 'stopped', detail: 'certd was stopped' });
  await gone(leader);
});

it('does not begin after certd was stopped', async () => {
  const result = await run(shell('touch $ROOM/ran'), { signal: AbortSignal.abort() });
  expect(result).toEqual({ outcome: 'stopped', detail: 'certd was stopped', output: '' });
  expect(existsSync(join(dir, 'ran'))).toBe(false);
});

it('leaves no pipe open and no listener behind', async () => {
  const stop = new AbortController();
  const removed = vi.spyOn(stop.signal, 'removeEventListener');
  const before = openStreams();
  const result = await run(shell('sleep 300 & echo $! > $ROOM/child'), { signal: stop.signal });
  strays.push(await pidIn('child'));
  expect(result.outcome).toBe('ok');
  await waitUntil('the pipes are closed', () => (openStreams() <= before ? true : null));
  expect(removed).toHaveBeenCalled();
});
