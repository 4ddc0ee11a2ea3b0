// The end of scripts/test: `count-tests.ts DIR` prints `N passed, N failed` from the steps' exit codes
// (`<step>.exit`) and vitest's reports (`<step>.json`), and exits 1 when anything failed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const [dir = '.'] = process.argv.slice(2);
const report = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });
/** With the number of the lane where there are several. */
const stepWithTests = /^(unit|crash|integration|audit|host)(-\d)?$/;

let passed = 0;
let failed = 0;
for (const file of readdirSync(dir).filter(name => name.endsWith('.exit'))) {
  const step = file.slice(0, -'.exit'.length);
  const counts = countsOf(step);
  const exitCode = Number(readFileSync(join(dir, file), 'utf8'));
  passed += counts.passed;
  // A run that failed without a failed test (a file that does not load, a crash) is one failure.
  failed += Math.max(counts.failed, exitCode === 0 ? 0 : 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function countsOf(step: string): { passed: number; failed: number } {
  const file = join(dir, `${step}.json`);
  if (existsSync(file)) {
    const found = report.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { passed: found.numPassedTests, failed: found.numFailedTests };
  }
  return { passed: 0, failed: stepWithTests.test(step) ? 1 : 0 };
}
