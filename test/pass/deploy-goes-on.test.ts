import { expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { target } from '../support/crash-host.ts';
import { makeDeploy } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;
const day = 86_400_000;
const reload = { kind: 'argv', argv: ['reload'] } as const;

/** A renewal whose server is out: its reload fails for the new certificate, and for the old one on the way back. */
async function openRoom() {
  const host = await passHost();
  const ran: string[] = [];
  let isOut = false;
  const runHook = async ({ env }: HookRun) => {
    ran.push(env['CERTD_FINGERPRINT_SHA256']?.slice(0, 8) ?? '');
    const outcome = isOut ? ('hook-failed' as const) : ('ok' as const);
    return { outcome, detail: isOut ? 'exit 1' : 'exit 0', output: '' };
  };
  const one: Target = { ...target, deploy: makeDeploy({ hooks: [reload] }) };
  const pass = async (deploy: Partial<Target['deploy']> = {}) => {
    const targets = [{ ...one, deploy: { ...one.deploy, ...deploy } }];
    const [result] = await host.start(realDisk, 'nothing', { targets, parts: { runHook } });
    return result?.error?.code ?? null;
  };
  const state = () => readDeployState(host.layout().deployState(target.name));
  expect(await pass()).toBeNull();
  const old = host.live();
  host.advance(61 * day);
  isOut = true;
  expect(await pass()).toBe('hook-failed');
  expect(state()).toMatchObject({ underWay: { back: { failed: true } }, failures: 1 });
  const start = () => {
    isOut = false;
    ran.length = 0;
  };
  return { host, ran, old, pass, state, start };
}

it('a server that was out and is not any more gets the new certificate with the attempt that ends the way back', async () => {
  const room = await openRoom();
  expect(await room.pass()).toBeNull();
  room.start();
  room.host.advance(2 * minute);
  expect(await room.pass()).toBeNull();
  expect(room.host.live()).not.toBe(room.old);
  expect(room.ran).toEqual([room.old, room.host.live()]);
  expect(room.state()).toMatchObject({ deployed: `0002-${room.host.live()}`, failures: 0, refused: null });
  expect(room.host.issuer.orders).toHaveLength(2);
});

it('outside its window the old one comes back, and the new one waits for the window', async () => {
  const room = await openRoom();
  room.start();
  room.host.advance(2 * minute);
  const now = Math.floor(room.host.now() / minute) % 1440;
  const window = { from: (now + 120) % 1440, to: (now + 121) % 1440, timeZone: 'UTC' };
  expect(await room.pass({ window })).toBe('hook-failed');
  expect(room.host.live()).toBe(room.old);
  expect(room.ran).toEqual([room.old]);
  expect(room.state()).toMatchObject({ underWay: null, refused: expect.stringMatching(/^0002-/) });
  expect(await room.pass({ window })).toBeNull();
  expect(room.ran).toEqual([room.old]);
  expect(await room.pass()).toBeNull();
  expect(room.host.live()).not.toBe(room.old);
});
