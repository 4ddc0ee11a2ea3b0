import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { roomOf, type Source, sourceOf, sources } from '../support/source-tree.ts';

/** Rooms that may take time, chance and environment from the air, each for its reason. */
const mayAsk: ReadonlyMap<string, string> = new Map([
  ['host', 'is the clock'],
  ['commands', 'starts with the present moment, the terminal and the random source of this one call'],
]);

/** Files that may touch the process beside `certd.ts`, `cli.ts`, `daemon.ts` and the commands. */
const mayTouchProcess: ReadonlyMap<string, string> = new Map([
  ['src/certd.ts', 'reads the version of Node and sets the exit code'],
  ['src/cli.ts', 'writes to the two streams'],
  ['src/daemon.ts', 'listens to signals'],
  ['src/deploy/run-hook.ts', 'kills a process group'],
  ['src/health/listen.ts', 'sets the umask around bind(2)'],
  ['src/host/accounts.ts', 'asks whom certd runs as'],
]);

const ambient = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bprocess\.env\b/g;
const effects =
  /\bprocess\b|\bglobalThis\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bfetch\b|\bconsole\b/g;

const all = sources('src');

test('time, chance and environment are arguments', () => {
  expect(
    all.filter(({ path }) => !mayAsk.has(roomOf(path))).flatMap(source => uses(source, ambient)),
    rule({
      why: 'tests move a clock by hand through years; a moment taken from the air cannot be moved',
      mend: 'take a Clock or a Random of src/core/ports.ts, or a value, as an argument',
    }),
  ).toEqual([]);
});

test('the core has no way to reach the world', () => {
  const core = all.filter(({ path }) => roomOf(path) === 'core');
  expect(
    core.flatMap(source => uses(source, effects)),
    rule({
      why: 'what the core decides must follow from its arguments alone',
      mend: 'hand the value in, or move the effect into an adapter',
    }),
  ).toEqual([]);
});

test('the process is touched where it is said to be, and nowhere else', () => {
  const touching = all.filter(({ path, code }) => roomOf(path) !== 'commands' && /\bprocess\./.test(code));
  expect(
    touching.map(({ path }) => path),
    rule({
      why: 'signals, umask and exit codes belong to the whole process: a second hand on them is a surprise',
      mend: 'do it in one of the files that are named in test/rules/ambient.test.ts, or add a file with its reason',
    }),
  ).toEqual([...mayTouchProcess.keys()]);
});

test('the rule sees a moment taken from the air, but not one that is only spoken of', () => {
  const text = "// Date.now is not used\nconst words = 'Date.now';\nconst at = Date.now();\n";
  expect(uses(sourceOf('src/core/x.ts', text), ambient)).toEqual(['src/core/x.ts uses Date.now']);
});

function uses({ path, code }: Source, pattern: RegExp): string[] {
  return [...code.matchAll(pattern)].map(([word]) => `${path} uses ${word}`);
}
