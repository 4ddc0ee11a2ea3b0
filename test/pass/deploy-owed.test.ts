import { expect, it } from 'vitest';
import type { HookResult } from '../../src/deploy/run-hook.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const result = (outcome: 'ok' | 'hook-failed'): HookResult => ({ outcome, detail: 'exit', output: '' });

it('what was seen in the middle of a deploy is not what is known after it', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', { parts: { runHook: async () => result('hook-failed') } });
  const world = openWorld(host.layout());
  const inHook: (string | null)[] = [];
  const runHook = async () => {
    inHook.push(world.seen(target.name).deploy.deployed);
    return result('ok');
  };
  // Nothing is ordered, so that nobody but the deploy itself looks at the end.
  await host.start(realDisk, 'pass', { parts: { world, runHook } });
  expect(inHook).toEqual([null, null]);
  expect(world.seen(target.name).deploy).toMatchObject({ deployed: `0001-${host.live()}`, failures: 0 });
});
