import { expect, test } from 'vitest';
import { readCall } from './cloud-cli/read-call.ts';

const sent = ['aliyun', 'ecs', 'DescribeInvocationResults', '--RegionId', 'cn-hangzhou'];
const whole = [...sent, '--InvokeId', 't-hz01234567890abcdef'];

test('a call is taken apart into its options and words', () => {
  expect(readCall(whole)).toEqual({
    command: 'aliyun ecs DescribeInvocationResults',
    options: { RegionId: 'cn-hangzhou', InvokeId: 't-hz01234567890abcdef' },
    operands: [],
  });
  expect(readCall(['aliyun', 'oss', 'cp', '--recursive', 'build/packages', 'oss://bucket/certd/'])).toEqual({
    command: 'aliyun oss cp',
    options: { recursive: null },
    operands: ['build/packages', 'oss://bucket/certd/'],
  });
});

test.each<[string, readonly string[], string]>([
  ['a command that there is not', ['aliyun', 'ecs', 'Run'], 'no command aliyun ecs Run'],
  ['an option that there is not', [...whole, '--Invoke', 't-1'], 'no option --Invoke'],
  ['a missing option', sent, '--InvokeId missing'],
  ['an option without its value', [...sent, '--InvokeId'], '--InvokeId needs a value'],
  ['a value of another kind', [...sent, '--InvokeId', 'i-1'], '--InvokeId does not take i-1'],
  ['an option twice', [...whole, ...whole.slice(-2)], '--InvokeId twice'],
  ['a word too many', [...whole, 'now'], 'not the words that it takes: now'],
])('refuses %s', (_, words, message) => {
  expect(() => readCall(words)).toThrow(message);
});
