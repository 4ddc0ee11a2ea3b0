import { expect, it } from 'vitest';
import type { Disk } from '../../src/core/ports.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

it('a hook that has succeeded on a full disk is not repeated while certd runs, and counts as no interruption', async () => {
  const host = await passHost();
  const path = host.layout().deployState(target.name);
  let isFull = false;
  const disk: Disk = {
    ...realDisk,
    writeNew: (file, ...rest) => {
      const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write', path: file });
      return isFull && file === `${path}.new` ? Promise.reject(full) : realDisk.writeNew(file, ...rest);
    },
  };
  const runs: string[] = [];
  const world = openWorld(host.layout());
  const pass = async () => {
    const parts = {
      world,
      runHook: async ({ command }: HookRun) => {
        runs.push(command.kind === 'argv' ? command.argv[0] : command.script);
        isFull = runs.length === 1 || isFull;
        return { outcome: 'ok', detail: 'exit 0', output: '' } as const;
      },
    };
    const [result] = await host.start(disk, 'nothing', { parts });
    return result?.error?.code ?? null;
  };
  expect(await pass()).toBe('disk-full');
  const underWay = { running: expect.any(String), hooksDone: [], interrupted: 0 };
  expect(readDeployState(path)).toMatchObject({ underWay });
  for (let look = 0; look < 3; look++) expect(await pass()).toBe('disk-full');
  expect(runs).toEqual(['first']);
  isFull = false;
  expect(await pass()).toBeNull();
  expect(runs).toEqual(['first', 'second']);
  expect(readDeployState(path)).toMatchObject({ deployed: `0001-${host.live()}`, underWay: null });
  expect(world.seen(target.name)).toMatchObject({ faults: [], deploy: { underWay: null } });
});
