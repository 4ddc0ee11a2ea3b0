import { expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { hookGroups } from '../../src/deploy/hook-groups.ts';
import { makeTarget } from '../support/make-observed.ts';

const job = (name: string, ...words: string[]) => ({
  target: makeTarget({
    name,
    deploy: { hooks: words.map(word => ({ kind: 'argv', argv: [word] }) as const), timeoutMs: 1000 },
  }),
  id: '0001-aabbccdd',
  state: firstDeployState,
});

const shown = (...jobs: ReturnType<typeof job>[]) =>
  hookGroups(jobs).map(({ jobs: members, commands, limitMs }) => ({
    names: members.map(({ target }) => target.name),
    commands: commands.map(text => JSON.parse(text)[0]),
    limitMs,
  }));

it('puts those together that share a hook, also through others', () => {
  expect(shown(job('a', 'x'), job('b', 'z'), job('c', 'y'), job('d', 'y', 'x'))).toEqual([
    { names: ['b'], commands: ['z'], limitMs: 2000 },
    { names: ['a', 'c', 'd'], commands: ['x', 'y'], limitMs: 8000 },
  ]);
});

it('leaves those without hooks alone', () => {
  expect(shown(job('a'), job('b'))).toEqual([
    { names: ['a'], commands: [], limitMs: 0 },
    { names: ['b'], commands: [], limitMs: 0 },
  ]);
});

it('names the hooks of a group in one order, whatever order the certificates have', () => {
  expect(shown(job('a', 'y', 'x', 'y'))).toEqual([{ names: ['a'], commands: ['x', 'y'], limitMs: 6000 }]);
});

it('takes the test among the commands, which may run three times', () => {
  const { target, ...rest } = job('a', 'x');
  const tested = { ...target, deploy: { ...target.deploy, test: { kind: 'argv', argv: ['t'] } as const } };
  expect(shown({ target: tested, ...rest }, job('b', 't'))).toEqual([
    { names: ['a', 'b'], commands: ['t', 'x'], limitMs: 7000 },
  ]);
});
