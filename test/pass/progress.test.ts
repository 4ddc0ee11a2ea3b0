import { expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { target } from '../support/crash-host.ts';
import { otherTarget, passHost } from './pass-host.ts';

it('says before each certificate, and before the deploys, that the pass goes on', async () => {
  const host = await passHost();
  const seen: string[] = [];
  const onProgress = () =>
    void seen.push(`${host.issuer.orders.length} ordered, ${host.hooksRun.length} hooks run`);
  await host.start(realDisk, 'nothing', { targets: [target, otherTarget], parts: { onProgress } });
  expect(seen).toEqual(['0 ordered, 0 hooks run', '1 ordered, 0 hooks run', '2 ordered, 0 hooks run']);
});
