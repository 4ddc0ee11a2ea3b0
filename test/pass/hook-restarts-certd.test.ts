import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type HookRun, runHook } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { target } from '../support/crash-host.ts';
import { makeDeploy } from '../support/make-observed.ts';
import { waitUntil } from '../support/wait-until.ts';
import { passHost } from './pass-host.ts';

it('a hook that restarts certd is taken up again, but not at every start', async () => {
  const host = await passHost();
  const ran = join(host.dir, 'ran');
  const script = `echo run >> ${ran}; sleep 600`;
  const runs = () => readFileSync(ran, { encoding: 'utf8', flag: 'a+' }).split('\n').length - 1;
  const targets = [{ ...target, deploy: makeDeploy({ hooks: [{ kind: 'shell', script }] }) }];
  const state = () => readDeployState(host.layout().deployState(target.name));

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
      parts: { runHook: stopping, signal: stop.signal },
    });
    return result?.error?.code ?? null;
  };

  expect(await start()).toBe('stopped');
  expect(await start()).toBe('stopped');
  expect(await start()).toBe('hook-interrupted');
  expect(runs()).toBe(2);
  expect(state()).toMatchObject({ deployed: null, failures: 1, lastError: { code: 'hook-interrupted' } });
  expect(await start()).toBeNull();
  expect(runs()).toBe(2);
  expect(host.issuer.orders).toHaveLength(1);
});
