import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../scripts/count-tests.ts');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-count-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('passed tests of all runs are summed', () => {
  step('checks', 0);
  step('unit', 0, { passed: 40, failed: 0 });
  step('integration', 0, { passed: 2, failed: 0 });
  expect(count()).toEqual({ line: '42 passed, 0 failed\n', status: 0 });
});

test('a failed test is counted once, not again for the run that it failed', () => {
  step('unit', 1, { passed: 40, failed: 2 });
  expect(count()).toEqual({ line: '40 passed, 2 failed\n', status: 1 });
});

test('a step without tests that fails is one failure', () => {
  step('checks', 1);
  step('unit', 0, { passed: 40, failed: 0 });
  expect(count()).toEqual({ line: '40 passed, 1 failed\n', status: 1 });
});

test('a run that fails although every test passed is one failure', () => {
  step('unit', 1, { passed: 40, failed: 0 });
  expect(count()).toEqual({ line: '40 passed, 1 failed\n', status: 1 });
});

test('a run that leaves no report is one failure, whatever its exit code', () => {
  step('unit', 0, { passed: 40, failed: 0 });
  step('integration-1', 0);
  step('integration-2', 0, { passed: 2, failed: 0 });
  step('audit', 0);
  step('host', 0);
  expect(count()).toEqual({ line: '42 passed, 3 failed\n', status: 1 });
});

test('nothing at all is not a success', () => {
  expect(count()).toEqual({ line: '0 passed, 0 failed\n', status: 1 });
});

function step(name: string, exitCode: number, tests?: { passed: number; failed: number }): void {
  writeFileSync(join(dir, `${name}.exit`), `${exitCode}\n`);
  if (tests === undefined) return;
  const report = { numPassedTests: tests.passed, numFailedTests: tests.failed };
  writeFileSync(join(dir, `${name}.json`), JSON.stringify(report));
}

function count(): { line: string; status: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [program, dir], { encoding: 'utf8' });
  return { line: stdout, status };
}
