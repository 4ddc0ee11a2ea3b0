import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const src = join(import.meta.dirname, '../../src');

/** A program of its own whose last statement is `defect`. */
function programWith(defect: string) {
  const script = `
    import { endByDefect } from '${src}/commands/end-by-defect.ts';
    import { openLog } from '${src}/log.ts';
    const log = openLog({ level: 'info', style: 'journald', write: text => process.stdout.write(text) });
    endByDefect(log);
    setTimeout(() => console.log('went on'), 60_000);
    ${defect}
  `;
  const words = ['--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stderr, priority: stdout.slice(0, 3), line: JSON.parse(stdout.slice(3)) };
}

it.each([
  [
    'an error in a timer',
    "setTimeout(() => { throw new TypeError('x is no function') }, 1)",
    'uncaughtException',
  ],
  ['a rejection', "void Promise.reject(new TypeError('x is no function'))", 'unhandledRejection'],
])('%s that nobody catches is a log line with a code and its stack, and exit 1', (_, defect, origin) => {
  expect(programWith(defect)).toEqual({
    status: 1,
    stderr: '',
    priority: '<2>',
    line: {
      level: 60,
      code: 'internal-error',
      origin,
      reason: 'x is no function',
      stack: expect.stringMatching(/^TypeError: x is no function\n {4}at /),
      msg: 'certd ends by a defect',
    },
  });
});

it('something that is no error is logged too', () => {
  expect(programWith("setTimeout(() => { throw 'a word' }, 1)")).toMatchObject({
    status: 1,
    line: { code: 'internal-error', reason: 'a word', stack: null },
  });
});
