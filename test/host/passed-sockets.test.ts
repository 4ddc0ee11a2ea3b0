import { expect, it } from 'vitest';
import { takePassedSockets } from '../../src/host/passed-sockets.ts';

it('takes the descriptors that are for this process, and the variables with them', () => {
  const env = {
    PATH: '/bin',
    LISTEN_PID: '812',
    LISTEN_FDS: '2',
    LISTEN_FDNAMES: 'a:b',
    LISTEN_PIDFDID: '7',
  };
  expect(takePassedSockets(env, 812)).toEqual([3, 4]);
  expect(env).toEqual({ PATH: '/bin' });
});

it.each([
  ['for another process', { LISTEN_PID: '811', LISTEN_FDS: '1' }],
  ['for nobody', { LISTEN_FDS: '1' }],
  ['none', { LISTEN_PID: '812', LISTEN_FDS: '0' }],
  ['no number', { LISTEN_PID: '812', LISTEN_FDS: 'many' }],
  ['more than there can be', { LISTEN_PID: '812', LISTEN_FDS: '1e9' }],
  ['one more than there can be', { LISTEN_PID: '812', LISTEN_FDS: '1025' }],
  ['not even a count', { LISTEN_PID: '812' }],
])('takes nothing that is %s', (_, env) => {
  expect(takePassedSockets(env, 812)).toEqual([]);
  expect(env).toEqual({});
});

it('takes as many as there can be', () => {
  const taken = takePassedSockets({ LISTEN_PID: '812', LISTEN_FDS: '1024' }, 812);
  expect(taken).toHaveLength(1024);
  expect(taken.at(-1)).toBe(1026);
});
