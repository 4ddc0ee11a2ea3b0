import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DeployChoice } from '../../src/core/deploy/deploy-model.ts';
import { type HookRun, runHook } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { target } from '../support/crash-host.ts';
import { makeDeploy, makeEndpoint } from '../support/make-observed.ts';
import { waitUntil } from '../support/wait-until.ts';
import { passHost } from './pass-host.ts';

const day = 86_400_000;
const endpoint = makeEndpoint({ serverName: target.name });

/** A certd whose hook restarts it. */
async function openRoom(deploy: Partial<DeployChoice> = {}) {
  const host = await passHost();
  const ran = join(host.dir, 'ran');
  const script = `echo run >> ${ran}; sleep 600`;
  const runs = () => readFileSync(ran, { encoding: 'utf8', flag: 'a+' }).split('\n').length - 1;
  const targets = [{ ...target, deploy: makeDeploy({ ...deploy, hooks: [{ kind: 'shell', script }] }) }];
  const state = () => readDeployState(host.layout().deployState(target.name));

  const endpointLook = async () => {
    const { leaf } = readPair(host.layout().liveLink(target.name));
    return { kind: 'leaf', ...leaf, fault: null } as const;
  };

  /** One start of certd, which the hook ends as SIGTERM does. */
  const start = async () => {
    const stop = new AbortController();
    const before = runs();
    const stopping = async (run: HookRun) => {
      const running = runHook({ ...run, signal: stop.signal });
      await waitUntil('the hook runs', () => (runs() > before ? true : null));
      stop.abort();
      return running;
    };
    const [result] = await host.start(realDisk, 'nothing', {
      targets,
      parts: { runHook: stopping, signal: stop.signal, endpointLook },
    });
    return result?.error?.code ?? null;
  };
  return { host, runs, state, start };
}

it('a hook that restarts certd is taken up again, but not at every start', async () => {
  const { host, runs, state, start } = await openRoom();
  expect(await start()).toBe('stopped');
  expect(await start()).toBe('stopped');
  expect(await start()).toBe('hook-interrupted');
  expect(runs()).toBe(2);
  expect(state()).toMatchObject({ deployed: null, failures: 1, lastError: { code: 'hook-interrupted' } });
  expect(await start()).toBeNull();
  expect(runs()).toBe(2);
  expect(host.issuer.orders).toHaveLength(1);
});

it('it ends forwards where the endpoints present the new certificate', async () => {
  const { host, runs, state, start } = await openRoom({ verify: [endpoint] });
  await host.start(realDisk, 'nothing');
  host.advance(61 * day);
  const codes = [await start(), await start(), await start(), await start()];
  expect(codes).toEqual(['stopped', 'stopped', null, null]);
  expect(runs()).toBe(2);
  expect(state()).toMatchObject({ deployed: `0002-${host.live()}`, underWay: null, failures: 0 });
});

it('it ends on the way back where nobody can say, and is tried again when the back-off is over', async () => {
  const { host, runs, state, start } = await openRoom();
  await host.start(realDisk, 'nothing');
  const old = host.live();
  host.advance(61 * day);
  const codes = [await start(), await start(), await start(), await start(), await start(), await start()];
  expect(codes).toEqual(['stopped', 'stopped', 'stopped', 'stopped', 'hook-interrupted', null]);
  expect(runs()).toBe(4);
  expect(host.live()).toBe(old);
  const { refused, lastAt, nextAttemptAt, ...rest } = state();
  expect(rest).toMatchObject({ deployed: `0001-${old}`, underWay: null, failures: 1 });
  expect(refused).toMatch(/^0002-/);
  expect(nextAttemptAt).toBe((lastAt ?? 0) + 63_000);
});
