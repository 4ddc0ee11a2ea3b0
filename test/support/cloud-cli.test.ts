import { expect, test } from 'vitest';
import { readCall } from './cloud-cli/read-call.ts';

const sent = ['aws', 'ssm', 'send-command', '--document-name', 'certd-install'];
const whole = [...sent, '--targets', 'Key=tag:Role,Values=webserver', '--parameters', 'file:///etc/hostname'];

test('a call is taken apart into its options and words', () => {
  expect(readCall([...whole, '--max-errors', '5%'])).toEqual({
    command: 'aws ssm send-command',
    options: {
      'document-name': ['certd-install'],
      targets: ['Key=tag:Role,Values=webserver'],
      parameters: ['file:///etc/hostname'],
      'max-errors': ['5%'],
    },
    operands: [],
  });
  expect(readCall(['aws', 's3', 'cp', '--recursive', 'build/packages', 's3://bucket/certd/'])).toMatchObject({
    operands: ['build/packages', 's3://bucket/certd/'],
  });
});

test.each<[string, readonly string[], string]>([
  ['a command that there is not', ['aws', 'ssm', 'send'], 'no command aws ssm send'],
  ['an option that there is not', [...whole, '--max-error', '5%'], 'no option --max-error'],
  ['a missing option', sent, '--targets, --parameters missing'],
  ['an option without its value', [...whole, '--max-errors'], '--max-errors needs a value'],
  ['a value of another kind', [...whole, '--max-errors', '5'], '--max-errors does not take 5'],
  ['an option twice', [...whole, ...whole.slice(-2)], '--parameters twice'],
  ['a word too many', [...whole, 'now'], 'not the words that it takes: now'],
  [
    'a file in which something is left to fill in',
    [...whole.slice(0, -1), 'file://deploy/container/ecs-service.json'],
    'deploy/container/ecs-service.json still says CLUSTER',
  ],
  ['a file that is not there', [...whole.slice(0, -1), 'file://nowhere'], 'there is no file nowhere'],
])('refuses %s', (_, words, message) => {
  expect(() => readCall(words)).toThrow(message);
});
