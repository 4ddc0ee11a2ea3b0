import { expect, it } from 'vitest';
import { takeManagerVariables } from '../../src/host/manager-variables.ts';

it('takes what systemd says, and the variables with it', () => {
  const env = {
    PATH: '/bin',
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '120000000',
    WATCHDOG_PID: '812',
  };
  expect(takeManagerVariables(env, 812)).toEqual({ address: '/run/systemd/notify', watchdogMs: 120_000 });
  expect(env).toEqual({ PATH: '/bin' });
});

it.each([
  ['for another process', { WATCHDOG_USEC: '120000000', WATCHDOG_PID: '811' }],
  ['for nobody', { WATCHDOG_PID: '812' }],
  ['no number', { WATCHDOG_USEC: '2min' }],
  ['zero', { WATCHDOG_USEC: '0' }],
  ['shorter than a timer', { WATCHDOG_USEC: '999' }],
])('is watched by nobody where the watchdog is %s', (_sentence, env) => {
  expect(takeManagerVariables(env, 812)).toEqual({ address: null, watchdogMs: null });
  expect(env).toEqual({});
});

it('takes a watchdog that names no process for its own', () => {
  expect(takeManagerVariables({ WATCHDOG_USEC: '1500000' }, 812).watchdogMs).toBe(1500);
});

it('takes an empty address for none', () => {
  expect(takeManagerVariables({ NOTIFY_SOCKET: '' }, 812).address).toBeNull();
});
