import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';

const steps = join(import.meta.dirname, '../../scripts/steps.sh');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-steps-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a step', () => {
  test('says its name, then what it prints, and how it ended', async () => {
    const { output } = await run('step first echo one\nstep second sh -c "echo two >&2; exit 3" || true')
      .ended;
    expect(output).toBe(
      lines('== first', 'one', '== first ended after 0 s', '== second', 'two', ...failed('second', 3)),
    );
  });

  test('that is begun prints nothing into what others print, and is shown whole when it is finished', async () => {
    const script = [
      'begin aside sh -c "echo before; echo >begun; read go <continue; echo after; exit 2"',
      'step ahead sh -c "read go <begun; echo meanwhile; echo go >continue"',
      'finish aside || echo "code $?"',
    ];
    const { output } = await run(`mkfifo begun continue\n${script.join('\n')}`).ended;
    expect(output).toBe(
      lines(
        '== aside BEGINS beside what follows',
        ...['== ahead', 'meanwhile', '== ahead ended after 0 s'],
        ...['== aside', 'before', 'after', ...failed('aside', 2), 'code 2'],
      ),
    );
  });

  test('leaves how it ended where it is counted', async () => {
    const { output } = await run(
      'begin aside false\nstep good true\nskip third "why not"\nfinish aside || true\ncd "$results"\ngrep . *.exit',
    ).ended;
    expect(output).toContain(lines('aside.exit:1', 'good.exit:0', 'third.exit:1'));
    expect(output).toContain(lines('== third NOT RUN: why not'));
  });
});

describe('a signal', () => {
  const both = (ahead: string) => `begin aside ${sleeper('aside')}\n${ahead}`;
  test.each([
    ['SIGTERM', 'while one is shown', 143, both(`step ahead ${sleeper('ahead')}`)],
    ['SIGINT', 'while one is shown', 130, both(`step ahead ${sleeper('ahead')}`)],
    ['SIGTERM', 'while one is awaited', 143, both(`begin ahead ${sleeper('ahead')}\nfinish aside`)],
  ] as const)(
    '%s %s ends all that runs, and the last line counts one failure',
    async (signal, _, code, steps) => {
      const script = run(steps);
      const children = await waitUntil('both run', () => {
        const found = ['aside', 'ahead'].map(name => Number(readFileSync(join(dir, name), 'utf8')));
        return found.every(pid => pid > 0 && isAsleep(pid)) ? found : null;
      });
      script.process.kill(signal);
      const ended = await script.ended;
      expect(ended.code).toBe(code);
      expect(ended.output.split('\n').at(-2)).toBe('0 passed, 1 failed');
      expect(children.filter(pid => existsSync(`/proc/${pid}`))).toEqual([]);
    },
  );

  test.each(['step', 'begin'])(
    'that comes before a %s has noted what it has started ends that, too',
    async word => {
      const { ended } = run(
        `note_start() { until [ -s ahead ]; do :; done; kill -TERM $$; }\n${word} ahead ${sleeper('ahead')}`,
      );
      expect(await ended).toMatchObject({
        code: 143,
        output: expect.stringMatching(/\n0 passed, 1 failed\n$/),
      });
    },
  );
});

/** Says who it is in a file, and sleeps. */
const sleeper = (name: string) => `sh -c 'echo $$ >${name}; exec sleep 1000'`;
const lines = (...all: readonly string[]) => all.map(line => `${line}\n`).join('');
const failed = (name: string, code: number) => [
  `== ${name} FAILED (exit code ${code})`,
  `== ${name} ended after 0 s`,
];
const isAsleep = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n';

/** A script of steps in a directory of its own. How long each took is given as none. */
function run(script: string) {
  const child = spawn('sh', ['-euc', `exec 2>&1\n. ${steps}\nopen_steps\n${script}`], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<{ readonly output: string; readonly code: number | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ output: output.replace(/after \d+ s/g, 'after 0 s'), code }));
  });
  return { process: child, ended };
}
