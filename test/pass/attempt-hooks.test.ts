import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { certificateProblems } from '../../src/core/status/certificate-problems.ts';
import type { HookResult, HookRun } from '../../src/deploy/run-hook.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { observe } from '../../src/store/observe.ts';
import { createRequest } from '../../src/x509/request.ts';
import { type CrashHost, target as plain } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeDeploy } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;
const command = (word: string): Command => ({ kind: 'argv', argv: [word] });

const target: Target = {
  ...plain,
  attempt: { before: [command('stop-web')], after: [command('start-web')] },
  deploy: makeDeploy({ hooks: [command('reload')] }),
};
const other: Target = { ...target, name: 'other.test', domains: ['other.test'] };

/** What ran, in order, and the parts that record it. `fails`: the outcome of a command that does not succeed. */
function recorder(fails: Partial<Record<string, HookResult['outcome']>> = {}) {
  const ran: string[] = [];
  const envs: Record<string, string>[] = [];
  const runHook = async ({ command: run, env, signal }: HookRun): Promise<HookResult> => {
    const word = run.kind === 'argv' ? run.argv[0] : run.script;
    if (signal.aborted) return { outcome: 'stopped', detail: 'certd was stopped', output: '' };
    ran.push(word);
    envs.push(env);
    const outcome = fails[word] ?? 'ok';
    return { outcome, detail: outcome === 'ok' ? 'exit 0' : 'exit 1', output: '' };
  };
  return { ran, envs, fails, parts: { runHook } satisfies Partial<PassParts> };
}

function problemsOf(host: CrashHost) {
  const seen = observe(host.layout(), target.name);
  const thresholds = { warning: 0.2, critical: 0.05 };
  return certificateProblems(seen, planFor(target, seen, 'nothing', host.now()), [], {
    now: host.now(),
    thresholds,
  }).map(({ code, level }) => `${code} ${level}`);
}

const afterOf = (host: CrashHost) =>
  planFor(target, observe(host.layout(), target.name), 'nothing', host.now()).after;

it('runs before ahead of an order, after behind it, and the deploy last; nothing where nothing is ordered', async () => {
  const host = await passHost();
  const { ran, envs, parts } = recorder();
  const orders = () => host.issuer.orders.length;
  const seen: string[] = [];
  const runHook = async (run: HookRun) => {
    const result = await parts.runHook(run);
    seen.push(`${ran.at(-1)} after ${orders()} orders`);
    return result;
  };
  await host.start(realDisk, 'nothing', { targets: [target], parts: { runHook } });
  expect(seen).toEqual(['stop-web after 0 orders', 'start-web after 1 orders', 'reload after 1 orders']);
  expect(envs.slice(0, 2)).toEqual([
    {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      CERTD_NAME: 'crash.test',
      CERTD_DOMAINS: 'crash.test www.crash.test',
    },
    {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      CERTD_NAME: 'crash.test',
      CERTD_DOMAINS: 'crash.test www.crash.test',
      RENEWED_DOMAINS: 'crash.test www.crash.test',
      FAILED_DOMAINS: '',
    },
  ]);
  await host.start(realDisk, 'nothing', { targets: [target], parts: { runHook } });
  expect(seen).toHaveLength(3);
});

it('attempts at the same time share equal commands, and after knows which of them failed', async () => {
  const host = await passHost();
  const { ran, envs, parts } = recorder();
  host.issuer.refuse('other.test', new CertdError('ca-refused', 'no'));
  let working = 0;
  const { promise: bothAtWork, resolve } = Promise.withResolvers<void>();
  const meet: PassParts['createRequest'] = async (...words) => {
    working += 1;
    if (working === 2) resolve();
    await bothAtWork;
    return createRequest(...words);
  };
  const changed = { ...parts, createRequest: meet };
  await host.start(realDisk, 'nothing', { targets: [target, other], parts: changed });
  expect(ran).toEqual(['stop-web', 'start-web', 'reload']);
  expect(envs[1]?.['CERTD_NAME']?.split(' ').sort()).toEqual(['crash.test', 'other.test']);
  expect(envs[1]).toMatchObject({
    RENEWED_DOMAINS: 'crash.test www.crash.test',
    FAILED_DOMAINS: 'other.test',
  });
});

it('deploys only once after has ended, however long that takes', async () => {
  const host = await passHost();
  const { ran, parts } = recorder();
  // A deploy writes a dozen files: it would be through long before these are written.
  const dawdle = async () => {
    for (let file = 0; file < 200; file += 1) {
      await realDisk.writeNew(join(host.dir, `slow-${file}`), Buffer.from('x'), 0o600);
    }
  };
  const runHook = async (run: HookRun): Promise<HookResult> => {
    if (run.command.kind === 'argv' && run.command.argv[0] === 'start-web') await dawdle();
    return parts.runHook(run);
  };
  await host.start(realDisk, 'nothing', { targets: [target], parts: { runHook } });
  expect(ran).toEqual(['stop-web', 'start-web', 'reload']);
});

it('attempts with other commands have a bracket of their own', async () => {
  const host = await passHost();
  const { ran, parts } = recorder();
  const own = { ...other, attempt: { before: [command('stop-mail')], after: [command('start-mail')] } };
  await host.start(realDisk, 'nothing', { targets: [target, own], parts });
  const order = (word: string) => ran.indexOf(word);
  expect([...ran].sort()).toEqual(['reload', 'start-mail', 'start-web', 'stop-mail', 'stop-web']);
  expect(order('stop-mail')).toBeLessThan(order('start-mail'));
  expect(order('stop-web')).toBeLessThan(order('start-web'));
});

it('orders nothing where before fails, runs after all the same, and backs off', async () => {
  const host = await passHost();
  const { ran, envs, parts } = recorder({ 'stop-web': 'hook-failed' });
  expect(await host.start(realDisk, 'nothing', { targets: [target], parts })).toMatchObject([
    {
      issued: null,
      error: { code: 'before-hook-failed', message: 'before hook 1 (stop-web): exit 1' },
    },
  ]);
  expect(ran).toEqual(['stop-web', 'start-web']);
  expect(envs[1]).toMatchObject({ RENEWED_DOMAINS: '', FAILED_DOMAINS: '' });
  expect(host.issuer.orders).toEqual([]);
  expect(problemsOf(host)).toEqual(['not-issued critical', 'before-hook-failed warning']);
  await host.start(realDisk, 'nothing', { targets: [target], parts });
  expect(ran).toHaveLength(2);
});

it('says that after failed, keeps it owed with back-off, and is rid of it once it succeeds', async () => {
  const host = await passHost();
  const { ran, fails, parts } = recorder({ 'start-web': 'hook-failed' });
  const start = () => host.start(realDisk, 'nothing', { targets: [target], parts });
  expect(await start()).toMatchObject([{ issued: `0001-${host.live()}`, error: null }]);
  expect(problemsOf(host)).toEqual(['after-hook-failed critical']);
  // A minute with half of a tenth of jitter.
  expect(afterOf(host)).toEqual({ kind: 'held', until: host.now() + 1.05 * minute });
  await start();
  expect(ran).toEqual(['stop-web', 'start-web', 'reload']);
  host.advance(1.05 * minute);
  await start();
  expect(afterOf(host)).toEqual({ kind: 'held', until: host.now() + 2.1 * minute });
  for (let failed = 0; failed < 8; failed += 1) {
    host.advance(20 * minute);
    await start();
  }
  expect(afterOf(host)).toEqual({ kind: 'held', until: host.now() + 16.8 * minute });
  fails['start-web'] = 'ok';
  host.advance(16.8 * minute);
  await start();
  expect(afterOf(host)).toEqual({ kind: 'none' });
  expect(problemsOf(host)).toEqual([]);
});

it('a person who asks does not wait for the back-off of after', async () => {
  const host = await passHost();
  const { ran, fails, parts } = recorder({ 'start-web': 'hook-failed' });
  await host.start(realDisk, 'nothing', { targets: [target], parts });
  fails['start-web'] = 'ok';
  await host.start(realDisk, 'named', { targets: [target], parts });
  expect(ran).toEqual(['stop-web', 'start-web', 'reload', 'start-web']);
  expect(afterOf(host)).toEqual({ kind: 'none' });
});

it('runs after when certd is stopped in the middle of an attempt', async () => {
  const host = await passHost();
  const { ran, parts } = recorder();
  const stop = new AbortController();
  const createRequest = () => {
    stop.abort();
    return Promise.reject(new CertdError('stopped', 'certd is being stopped'));
  };
  await host.start(realDisk, 'nothing', {
    targets: [target],
    parts: { ...parts, createRequest, signal: stop.signal },
  });
  expect(ran).toEqual(['stop-web', 'start-web']);
  expect(afterOf(host)).toEqual({ kind: 'none' });
});

it('cuts after short where a stop of certd has waited long enough, and owes it to the next start', async () => {
  const host = await passHost();
  const { ran, parts } = recorder();
  const stop = new AbortController();
  const rings: { ms: number; ring: () => void }[] = [];
  const timer = (ms: number, ring: () => void) => {
    rings.push({ ms, ring });
    return () => {};
  };
  const runHook = async (run: HookRun): Promise<HookResult> => {
    if (run.command.kind === 'argv' && run.command.argv[0] === 'start-web') {
      stop.abort();
      rings.at(-1)?.ring();
    }
    return parts.runHook(run);
  };
  const changed = { runHook, timer, signal: stop.signal };
  await host.start(realDisk, 'nothing', { targets: [target], parts: changed });
  expect(rings.map(({ ms }) => ms)).toEqual([2000]);
  expect(ran).toEqual(['stop-web']);
  expect(afterOf(host)).toEqual({ kind: 'now' });
  expect(problemsOf(host)).not.toContain('after-hook-failed critical');
  await host.start(realDisk, 'nothing', { targets: [target], parts });
  expect(ran).toEqual(['stop-web', 'start-web', 'reload']);
});

/** What restarts certd is cut short by its end. */
function restartedBy(word: string) {
  const stop = new AbortController();
  const began: string[] = [];
  const rings: (() => void)[] = [];
  const timer = (_: number, ring: () => void) => {
    rings.push(ring);
    return () => {};
  };
  const runHook = async ({ command: run, signal }: HookRun): Promise<HookResult> => {
    const name = run.kind === 'argv' ? run.argv[0] : run.script;
    if (signal.aborted) return { outcome: 'stopped', detail: 'certd was stopped', output: '' };
    began.push(name);
    if (name !== word) return { outcome: 'ok', detail: 'exit 0', output: '' };
    stop.abort();
    for (const ring of rings) ring();
    return { outcome: 'stopped', detail: 'certd was stopped', output: '' };
  };
  return { began, parts: { runHook, timer, signal: stop.signal } satisfies Partial<PassParts> };
}

it('an after that restarts certd is begun at two starts, and then waits', async () => {
  const host = await passHost();
  const ran: string[] = [];
  for (let start = 0; start < 4; start += 1) {
    const { began, parts } = restartedBy('start-web');
    await host.start(realDisk, 'nothing', { targets: [target], parts });
    ran.push(began.join(' '));
  }
  expect(ran).toEqual(['stop-web start-web', 'start-web', 'reload', '']);
  expect(afterOf(host)).toEqual({ kind: 'held', until: host.now() + 2.1 * minute });
});

it('a before that restarts certd counts as a failure, and is not begun at every start', async () => {
  const host = await passHost();
  const ran: string[] = [];
  for (let start = 0; start < 3; start += 1) {
    const { began, parts } = restartedBy('stop-web');
    await host.start(realDisk, 'nothing', { targets: [target], parts });
    ran.push(began.filter(word => word === 'stop-web').join(' '));
  }
  expect(ran).toEqual(['stop-web', '', '']);
  expect(problemsOf(host)).toContain('before-hook-failed warning');
});

it('a kill after any mutation leaves nothing stopped: the next start runs after ahead of everything else', async () => {
  let made = 1;
  for (let reached = true; reached; made += 1) {
    const host = await passHost();
    const { ran, parts } = recorder();
    const disk = dyingDisk(realDisk, { after: made, how: 'kill' });
    const runHook = (run: HookRun) =>
      disk.calls() > made ? Promise.reject(new Error('killed')) : parts.runHook(run);
    await Promise.allSettled([
      host.start(disk, 'nothing', { targets: [target], parts: { ...parts, runHook } }),
    ]);
    reached = disk.calls() > made;
    const before = ran.length;
    const stopped = ran.lastIndexOf('stop-web') > ran.lastIndexOf('start-web');
    await host.start(realDisk, 'nothing', { targets: [target], parts });
    host.advance(25 * 60 * minute);
    await host.start(realDisk, 'nothing', { targets: [target], parts });
    const where = `killed after ${made} mutations: ${ran.join(' ')}`;
    if (stopped) expect(ran[before], where).toBe('start-web');
    expect(ran.lastIndexOf('start-web'), where).toBeGreaterThan(ran.lastIndexOf('stop-web'));
    expect(host.live(), where).not.toBeNull();
    expect(afterOf(host), where).toEqual({ kind: 'none' });
  }
  expect(made).toBeGreaterThan(40);
});

it('nothing is owed any more where the configuration has no commands after an attempt, which is said', async () => {
  const host = await passHost();
  const { parts } = recorder({ 'start-web': 'hook-failed' });
  await host.start(realDisk, 'nothing', { targets: [target], parts });
  host.advance(2 * minute);
  const without = { ...target, attempt: { before: [], after: [] } };
  const before = host.logged.length;
  await host.start(realDisk, 'nothing', { targets: [without], parts });
  expect(afterOf(host)).toEqual({ kind: 'none' });
  expect(host.logged.slice(before)).toMatchObject([
    { msg: 'commands after an attempt are not run', code: 'after-gone', certificate: target.name },
  ]);
  await host.start(realDisk, 'nothing', { targets: [without], parts });
  expect(host.logged).toHaveLength(before + 1);
});

it('orders nothing while it cannot write down that after is owed', async () => {
  const host = await passHost();
  const { ran, parts } = recorder();
  const full = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', syscall: 'write', path: '/x' });
  const disk = {
    ...realDisk,
    writeNew: (path: string, ...rest: [Uint8Array, number]) =>
      path.includes('/attempts/') ? Promise.reject(full) : realDisk.writeNew(path, ...rest),
  };
  expect(await host.start(disk, 'nothing', { targets: [target], parts })).toMatchObject([
    { issued: null, error: { code: 'disk-full' } },
  ]);
  expect(ran).toEqual([]);
  expect(host.issuer.orders).toEqual([]);
});
