import { expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { runDeploy } from '../../src/daemon/run-deploy.ts';
import { runPass } from '../../src/daemon/run-pass.ts';
import { runRollback } from '../../src/daemon/run-rollback.ts';
import { runHook } from '../../src/deploy/run-hook.ts';
import { reject } from '../../src/pass/reject.ts';
import { readDeployState, writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeDeploy, makeEndpoint } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const day = 86_400_000;
const name = target.name;

const stateOf = (host: CrashHost) => readDeployState(host.layout().deployState(name));
const rollback = (host: CrashHost, to: string | null = null, targets: readonly Target[] = [target]) =>
  host.run(realDisk, parts => runRollback(makeConfig(targets), parts, { name, to }));
const deploy = (
  host: CrashHost,
  ask: 'nobody' | 'pass' | 'named' | 'forced',
  targets: readonly Target[] = [target],
) => host.run(realDisk, parts => runDeploy(makeConfig(targets), parts, { names: [name], ask }));

/** Two generations, the newer one deployed. */
async function renewed(targets: readonly Target[] = [target]) {
  const host = await passHost();
  const [first] = await host.start(realDisk, 'nothing', { targets });
  host.advance(60 * day);
  const [second] = await host.start(realDisk, 'nothing', { targets });
  return { host, old: first?.issued ?? '', fresh: second?.issued ?? '' };
}

it('the one before is live again with its hooks, and stays so until there is a newer one', async () => {
  const { host, old, fresh } = await renewed();
  expect(host.live()).toBe(fresh.slice(5));
  expect(await rollback(host)).toMatchObject({
    to: old,
    rejected: [fresh],
    results: [{ deployed: old, error: null, current: old, rejected: [fresh] }],
  });
  expect(host.live()).toBe(old.slice(5));
  expect(host.hooksRun.slice(4)).toEqual([`first ${old.slice(5)}`, `second ${old.slice(5)}`]);
  expect(stateOf(host)).toMatchObject({ deployed: old, previous: fresh, rejected: [fresh], underWay: null });

  await host.start(realDisk, 'nothing');
  expect(host.live()).toBe(old.slice(5));
  const [next] = await host.start(realDisk, 'forced');
  expect(next).toMatchObject({ deployed: next?.issued, error: null });
  expect(host.live()).toBe(next?.issued?.slice(5));
});

it('an endpoint where nobody listened, before or after, is told as one that does not show it', async () => {
  const closed = makeEndpoint({ connect: '127.0.0.1:9', port: 9, timeoutMs: 1000 });
  const watched: Target = { ...target, deploy: makeDeploy({ verify: [closed] }) };
  const { host, old } = await renewed();
  const unseen = ['127.0.0.1:9 (a.example)'];
  expect(await rollback(host, old, [watched])).toMatchObject({ results: [{ deployed: old, unseen }] });
  const { results } = await host.run(realDisk, parts =>
    runPass(makeConfig([watched]), parts, { names: [name], asked: 'forced' }),
  );
  expect(results).toMatchObject([{ error: null, unseen }]);
});

it('a crash after the rejection loses nothing: the way back is owed', async () => {
  const { host, old, fresh } = await renewed();
  await host.run(realDisk, parts => reject(target, null, parts));
  expect(host.live()).toBe(fresh.slice(5));
  await host.start(realDisk, 'nothing');
  expect(host.live()).toBe(old.slice(5));
});

it('a way back that is refused changes nothing', async () => {
  const { host, old, fresh } = await renewed();
  await rollback(host);
  const before = stateOf(host);
  await expect(rollback(host)).rejects.toMatchObject({ code: 'no-rollback-target' });
  await expect(rollback(host, fresh)).rejects.toMatchObject({ code: 'no-rollback-target' });
  await expect(rollback(host, '0009-99999999')).rejects.toMatchObject({ code: 'usage' });
  expect(stateOf(host)).toEqual(before);
  expect(host.live()).toBe(old.slice(5));
});

it('what was rolled back is deployed again when somebody forces it', async () => {
  const { host, fresh } = await renewed();
  await rollback(host);
  expect((await deploy(host, 'named')).results).toMatchObject([
    { deployed: null, issued: fresh, rejected: [fresh] },
  ]);
  expect((await deploy(host, 'forced')).results).toMatchObject([
    { deployed: fresh, error: null, rejected: [] },
  ]);
  expect(host.live()).toBe(fresh.slice(5));
  expect(host.hooksRun).toHaveLength(8);
});

it('a forced deploy runs the hooks of what is deployed again', async () => {
  const { host, fresh } = await renewed();
  expect((await deploy(host, 'named')).results).toMatchObject([{ deployed: null, current: fresh }]);
  expect(host.hooksRun).toHaveLength(4);
  expect((await deploy(host, 'forced')).results).toMatchObject([{ deployed: fresh, error: null }]);
  expect(host.hooksRun.slice(4)).toEqual([`first ${fresh.slice(5)}`, `second ${fresh.slice(5)}`]);
});

it('the window holds a deploy that nobody named, and neither one that is named nor the way back', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.advance(60 * day);
  // It has just closed.
  const now = Math.floor(host.now() / 60_000) % 1440;
  const window = { from: (now + 1200) % 1440, to: now, timeZone: 'UTC' };
  const targets = [{ ...target, deploy: makeDeploy({ ...target.deploy, window }) }];
  const [issued] = await host.start(realDisk, 'nothing', { targets });
  expect(issued?.deployed).toBeNull();
  for (const ask of ['nobody', 'pass'] as const) {
    expect((await deploy(host, ask, targets)).results).toMatchObject([
      { deployed: null, error: null, held: { generation: issued?.issued, by: 'window' } },
    ]);
  }
  expect((await deploy(host, 'named', targets)).results).toMatchObject([
    { deployed: issued?.issued, held: null },
  ]);
  await host.run(realDisk, parts => reject(targets[0] ?? target, null, parts));
  await host.start(realDisk, 'nothing', { targets });
  expect(host.live()).not.toBe(issued?.issued?.slice(5));
});

it('the back-off holds only what nobody asked for, and a failure says whether it is on record', async () => {
  const host = await passHost();
  const script = 'exit 3';
  const failing = [{ ...target, deploy: makeDeploy({ hooks: [{ kind: 'shell', script }] }) }];
  await host.start(realDisk, 'nothing', { targets: failing, parts: { runHook } });
  expect((await deploy(host, 'nobody', failing)).results).toMatchObject([
    { deployed: null, error: null, held: { by: 'back-off' } },
  ]);
  const again = await host.run(realDisk, parts =>
    runDeploy(makeConfig(failing), { ...parts, runHook }, { names: null, ask: 'pass' }),
  );
  expect(again.results).toMatchObject([{ deployed: null, error: { code: 'hook-failed', recorded: true } }]);
});

it.each([
  ['without hooks', makeDeploy()],
  ['with hooks', target.deploy],
])('two who deploy the same certificate %s at once deploy it once', async (_words, choice) => {
  const targets = [{ ...target, deploy: choice }];
  const { host, fresh } = await renewed(targets);
  await rollback(host, null, targets);
  // Owed, and not deployed.
  const state = { ...stateOf(host), rejected: [] };
  await writeDeployState(realDisk, host.layout().deployState(name), state);
  const answers = await host.run(realDisk, async parts => {
    const runHook = async () => {
      // Somebody asks for the status in the middle.
      parts.world.look(name);
      return { outcome: 'ok', detail: 'exit 0', output: '' } as const;
    };
    const config = makeConfig(targets);
    const busy = { ...parts, runHook };
    const first = runDeploy(config, busy, { names: [name], ask: 'named' });
    return Promise.all([first, runDeploy(config, busy, { names: null, ask: 'pass' })]);
  });
  expect(answers.map(({ results }) => results[0]?.deployed)).toEqual([fresh, null]);
});
