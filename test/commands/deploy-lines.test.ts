import { expect, it } from 'vitest';
import { deployLines } from '../../src/commands/deploy-lines.ts';
import { rollbackLines } from '../../src/commands/rollback-lines.ts';
import type { DeployResult } from '../../src/daemon/run-deploy.ts';
import { expectGolden } from '../support/golden.ts';
import { now } from '../support/status-examples.ts';

const idle: DeployResult = {
  name: 'well.example',
  deployed: null,
  error: null,
  held: null,
  issued: '0002-aabbccdd',
  current: '0002-aabbccdd',
  rejected: [],
};
const until = '2026-03-05T18:00:00.000Z';
const error = { code: 'hook-failed', message: 'hook 1 (nginx): exit 1', recorded: true };
const hook: DeployResult = { ...idle, name: 'hook.example', current: '0001-11223344', error };

it.each([60, 80])('certd deploy says of each certificate what became of it, on %d columns', width => {
  const results: readonly DeployResult[] = [
    { ...idle, name: 'new.example', deployed: '0002-aabbccdd' },
    idle,
    { ...idle, name: 'none.example', issued: null, current: null },
    { ...idle, name: 'gone.example', current: null },
    { ...idle, name: 'back.example', current: '0001-11223344', rejected: ['0002-aabbccdd'] },
    { ...idle, name: 'held.example', held: { generation: '0002-aabbccdd', by: 'window', until } },
    { ...idle, name: 'wait.example', held: { generation: '0002-aabbccdd', by: 'back-off', until } },
    hook,
  ];
  expectGolden(`deploy-${width}.txt`, `${deployLines(results, now, width).join('\n')}\n`);
});

it.each([60, 80])('certd rollback says what is not deployed any more, on %d columns', width => {
  const name = 'shop.example';
  const answers = [
    {
      name,
      to: '0001-11223344',
      rejected: ['0002-aabbccdd'],
      results: [{ ...idle, name, deployed: '0001-11223344' }],
    },
    {
      name,
      to: '0001-11223344',
      rejected: ['0002-aabbccdd', '0003-99887766', '0004-55443322'],
      results: [{ ...hook, name }],
    },
    { name, to: '0002-aabbccdd', rejected: [], results: [{ ...idle, name }] },
  ];
  const text = answers.map(answer => rollbackLines(answer, now, width).join('\n')).join('\n\n');
  expectGolden(`rollback-${width}.txt`, `${text}\n`);
});

it('no words of a daemon reach the terminal as anything but text', () => {
  const evil = 'a\u001b[2J\nb';
  expect(deployLines([{ ...idle, name: evil, deployed: evil }], now, 999)).toEqual([
    'a [2J b: deployed a [2J b',
  ]);
});

it('a deploy that an endpoint does not show yet says so', () => {
  const unseen = ['127.0.0.1:443 (well.example)', '[::1]:443 (well.example)'];
  expect(deployLines([{ ...idle, deployed: '0002-aabbccdd', unseen }], now, 999)).toEqual([
    'well.example: deployed 0002-aabbccdd, not seen at 127.0.0.1:443 (well.example), [::1]:443 (well.example)',
  ]);
});
