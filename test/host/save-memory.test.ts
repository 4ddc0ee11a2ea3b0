import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Makes 200 MB of garbage, and prints how many MB V8 then has for new objects. */
const program = (before: string) => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { saveMemory } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/save-memory.ts'))};
  ${before}
  let kept = [];
  for (let n = 0; n < 200_000; n++) {
    kept.push(new Array(100).fill(n));
    if (kept.length > 100_000) kept = [];
  }
  const space = getHeapSpaceStatistics().find(each => each.space_name === 'new_space');
  console.log(space.physical_space_size / 2 ** 20);`;

function run(before: string) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program(before)], {
    encoding: 'utf8',
  });
  return { megabytes: Number(stdout), stderr };
}

test('V8 keeps a small place for new objects, however many there are', () => {
  expect(run('').megabytes).toBeGreaterThan(8);
  expect(run('saveMemory();').megabytes).toBeLessThanOrEqual(4);
});

test('V8 knows each of the settings', () => {
  // It says what it does not know on stderr, and goes on.
  expect(
    run("import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--no-such-flag');").stderr,
  ).not.toBe('');
  expect(run('saveMemory();').stderr).toBe('');
});
