import { expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { authority } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

it('has the time of two orders and the questions around them before it counts as hung', async () => {
  const host = await passHost();
  const limits: number[] = [];
  let ended = 0;
  const beginStep = (limitMs: number) => {
    limits.push(limitMs);
    return () => {
      ended += 1;
    };
  };
  const authorities = new Map([['test', { ...authority, issueTimeoutMs: 20 * 60_000 }]]);
  await host.start(realDisk, 'nothing', { parts: { beginStep, authorities } });
  expect(limits[0]).toBe(60 * 60_000);
  expect(ended).toBe(limits.length);
});
