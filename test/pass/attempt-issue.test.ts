import { expect, it } from 'vitest';
import { attemptKey } from '../../src/core/issue/attempt-key.ts';
import type { IssuerState } from '../../src/core/model.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

it('writes the next attempt down before the order, for the configuration that it is made for', async () => {
  const host = await passHost();
  const { order } = host.issuer;
  let before: IssuerState | null = null;
  const issuer = {
    ...host.issuer,
    order: (...asked: Parameters<typeof order>) => {
      before = readIssuerState(host.layout(), target.name);
      return order(...asked);
    },
  };
  await host.start(realDisk, 'nothing', { parts: { issuerFor: () => issuer } });
  expect(before).toMatchObject({
    failures: 0,
    nextAttemptAt: host.now() + 63_000,
    lastAttemptAt: host.now(),
    failedFor: attemptKey(target),
  });
});
