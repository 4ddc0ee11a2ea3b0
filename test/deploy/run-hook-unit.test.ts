import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { hookUnit } from '../../src/deploy/hook-unit.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { runHookUnit } from '../../src/deploy/run-hook-unit.ts';
import { fakeSystemd, unknownUnit } from '../support/fake-systemd.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

const command: Command = { kind: 'shell', script: 'true' };
const stateDir = '/var/lib/certd';
const unit = hookUnit(command, stateDir);
const show = `systemctl show --property=LoadState,ActiveState,Result,ExecMainStatus ${unit}`.slice(0, 60);
const start = 'systemd-run --wait --pipe --quiet --service-type=oneshot --unit='.slice(0, 60);

let dir: string;
let stop: AbortController;

beforeEach(() => {
  dir = ownDir();
  stop = new AbortController();
});

const runOf = (change: Partial<HookRun> = {}): HookRun => ({
  command,
  env: { CERTD_NAME: 'a.example' },
  timeoutMs: 20_000,
  graceMs: 100,
  signal: stop.signal,
  ...change,
});

it('runs a hook that ends well, and shows what it printed', async () => {
  const { tools, calls } = fakeSystemd(dir, { run: 'echo out; echo err >&2' });
  expect(await runHookUnit(runOf(), stateDir, tools)).toEqual({
    outcome: 'ok',
    detail: 'exit 0',
    output: 'out\nerr\n',
  });
  expect(calls()).toEqual([show, start]);
});

it('asks systemd how it failed, and then lets it forget the unit', async () => {
  const { tools, calls } = fakeSystemd(dir, {
    run: 'echo bad; touch ran; exit 1',
    show: `if [ -e ran ]; then printf 'LoadState=loaded\\nActiveState=failed\\nResult=timeout\\nExecMainStatus=15\\n'; else echo '${unknownUnit}'; fi`,
  });
  expect(await runHookUnit(runOf(), stateDir, tools)).toEqual({
    outcome: 'hook-timeout',
    detail: 'killed after 20 s',
    output: 'bad\n',
  });
  expect(calls()).toEqual([show, start, show, `systemctl reset-failed ${unit}`]);
});

it('stops the same hook of an earlier certd before it runs it again', async () => {
  const running = "printf 'LoadState=loaded\\nActiveState=activating\\n'";
  const { tools, calls } = fakeSystemd(dir, { run: 'true', show: running, stop: 'exit 0' });
  expect(await runHookUnit(runOf(), stateDir, tools)).toMatchObject({ outcome: 'ok' });
  expect(calls()).toEqual([show, `systemctl stop ${unit}`, `systemctl reset-failed ${unit}`, start]);
});

it('stops the unit where certd is stopped', async () => {
  const { tools, calls } = fakeSystemd(dir, {
    run: 'echo $$ >pid; touch running; exec sleep 60',
    stop: 'kill "$(cat pid)"',
  });
  const ended = runHookUnit(runOf(), stateDir, tools);
  await waitUntil('it runs', () => (existsSync(join(dir, 'running')) ? true : null));
  stop.abort();
  expect(await ended).toEqual({ outcome: 'stopped', detail: 'certd was stopped', output: '' });
  expect(calls()).toContain(`systemctl stop ${unit}`);
});

it('ends systemd-run by itself where systemd does not stop the unit', async () => {
  const { tools } = fakeSystemd(dir, { run: 'touch running; exec sleep 60', stop: 'exit 1' });
  const ended = runHookUnit(runOf(), stateDir, tools);
  await waitUntil('it runs', () => (existsSync(join(dir, 'running')) ? true : null));
  stop.abort();
  expect(await ended).toMatchObject({ outcome: 'stopped' });
});

it('begins nothing once certd is stopped', async () => {
  const { tools, calls } = fakeSystemd(dir, { run: 'true' });
  stop.abort();
  expect(await runHookUnit(runOf(), stateDir, tools)).toMatchObject({ outcome: 'stopped' });
  expect(calls()).toEqual([]);
});

it('stops the unit where only systemd-run was killed', async () => {
  const { tools, calls } = fakeSystemd(dir, {
    run: 'touch ran; kill -9 $$',
    show: `if [ -e ran ]; then printf 'LoadState=loaded\\nActiveState=activating\\nResult=success\\n'; else echo '${unknownUnit}'; fi`,
    stop: 'exit 0',
  });
  expect(await runHookUnit(runOf(), stateDir, tools)).toMatchObject({
    outcome: 'hook-failed',
    detail: 'systemd could not run it (systemd-run: killed by SIGKILL)',
  });
  expect(calls()).toContain(`systemctl stop ${unit}`);
});

it('finds a program that is missing before it asks systemd', async () => {
  const { tools, calls } = fakeSystemd(dir, { run: 'true' });
  const run = runOf({ command: { kind: 'argv', argv: ['certd-no-such-program'] } });
  expect(await runHookUnit(run, stateDir, tools)).toEqual({
    outcome: 'hook-not-found',
    detail: 'no such program',
    output: '',
  });
  expect(calls()).toEqual([]);
});

it('says that it is systemd-run that is missing', async () => {
  const tools = { systemdRun: join(dir, 'no-systemd-run'), systemctl: join(dir, 'no-systemctl') };
  expect(await runHookUnit(runOf(), stateDir, tools)).toEqual({
    outcome: 'hook-failed',
    detail: 'systemd-run could not be started: no such program',
    output: '',
  });
});
