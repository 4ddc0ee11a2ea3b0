import { expect, it } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { commandText, nextHook } from '../../src/deploy/hook-order.ts';

const command = (word: string): Command => ({ kind: 'argv', argv: [word] });

/** Runs a batch to its end: each step as "command:subjects". `batch` is written as "subject: command command". */
function stepsOf(batch: readonly string[]): readonly string[] {
  let pending = batch.map(line => {
    const [subject = '', words = ''] = line.split(':');
    return { subject, commands: words.split(' ').filter(Boolean).map(command) };
  });
  const steps: string[] = [];
  for (let step = nextHook(pending); step !== null; step = nextHook(pending)) {
    const { command: done, subjects } = step;
    steps.push(`${commandText(done)}:${subjects.join('+')}`);
    if (subjects.length === 0) throw new Error('a step for nobody');
    pending = pending.map(({ subject, commands }) => ({
      subject,
      commands: subjects.includes(subject) ? commands.slice(1) : commands,
    }));
  }
  return steps.map(step => step.replace(/\["(\w+)"\]/, '$1'));
}

it.each([
  ['nothing', [], []],
  ['no command', ['a:', 'b:'], []],
  ['one certificate in its own order', ['a: x y z'], ['x:a', 'y:a', 'z:a']],
  ['an equal command once for all', ['a: x', 'b: x', 'c: x'], ['x:a+b+c']],
  ['own commands before the shared one', ['a: one x', 'b: two x', 'c: x'], ['one:a', 'two:b', 'x:a+b+c']],
  ['own commands after the shared one', ['a: x one', 'b: x two'], ['x:a+b', 'one:a', 'two:b']],
  ['two shared commands in the same order', ['a: x y', 'b: x y', 'c: y'], ['x:a+b', 'y:a+b+c']],
  ['a shared command that one has already done', ['a: y', 'b: x y'], ['x:b', 'y:a+b']],
  ['orders that cross: the first goes ahead', ['a: x y', 'b: y x'], ['x:a', 'y:a+b', 'x:b']],
  ['a command twice for one', ['a: x y x'], ['x:a', 'y:a', 'x:a']],
  ['a command twice for one and once for another', ['a: x y x', 'b: y x'], ['x:a', 'y:a+b', 'x:a+b']],
  ['a command twice in a row for one', ['a: x x', 'b: x'], ['x:a+b', 'x:a']],
  ['different commands, none shared', ['a: x', 'b: y'], ['x:a', 'y:b']],
])('runs %s', (_, batch, steps) => {
  expect(stepsOf(batch)).toEqual(steps);
});

it('takes commands as equal only word by word', () => {
  const texts = [
    commandText({ kind: 'argv', argv: ['a', 'b c'] }),
    commandText({ kind: 'argv', argv: ['a', 'b', 'c'] }),
    commandText({ kind: 'argv', argv: ['a b', 'c'] }),
    commandText({ kind: 'argv', argv: ['shell', 'a'] }),
    commandText({ kind: 'shell', script: 'a' }),
    commandText({ kind: 'shell', script: '["a","b c"]' }),
  ];
  expect(new Set(texts).size).toBe(texts.length);
  expect(commandText({ kind: 'argv', argv: ['a', 'b c'] })).toBe('["a","b c"]');
});
