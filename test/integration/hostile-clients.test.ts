import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { hostileCrowd } from '../support/hostile-crowd.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'hostile.certd.test';

describe('certd run with a thousand clients that mean no good', () => {
  let stack: Stack;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    await waitUntil('the first certificate is deployed', async () => {
      const { certificates } = JSON.parse((await ask('/status')).body);
      return certificates[0].deploy.state === 'deployed' ? true : null;
    });
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  const socket = (name: string) => join(certd.runtimeDir, name);
  const ask = (path: string) => askSocket(socket('health.sock'), path);
  const residentMiB = () => {
    const status = readFileSync(`/proc/${certd.process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  };

  test('goes on issuing and answering, and does not grow', async () => {
    expect((await certd.command('renew', '--force')).code).toBe(0);
    const before = residentMiB();
    const crowds = [hostileCrowd(socket('health.sock'), 900), hostileCrowd(socket('control.sock'), 100)];
    try {
      for (let round = 0; round < 5; round += 1) {
        const orders = stack.pebble.orders();
        expect(await certd.command('renew', '--force')).toMatchObject({ code: 0 });
        expect(stack.pebble.orders()).toBe(orders + 1);
        for (const path of ['/livez', '/healthz']) expect((await ask(path)).status).toBe(200);
        expect((await certd.command('status')).code).toBe(0);
      }
      await waitUntil('each of them has come twice', () => {
        const came = crowds.reduce((sum, crowd) => sum + crowd.came(), 0);
        return came >= 2000 ? true : null;
      });
      // V8 lets 64 MiB of their packets pile up before it collects them, and no more however long they go on.
      expect(residentMiB() - before).toBeLessThan(128);
    } finally {
      for (const crowd of crowds) crowd.stop();
    }
    expect((await ask('/livez')).status).toBe(200);
  });

  test('says nothing about them in the log', () => {
    const lines = certd.process.log().trim().split('\n');
    expect(lines.filter(line => JSON.parse(line).level > 30)).toEqual([]);
  });
});
