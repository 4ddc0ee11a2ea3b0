import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest calls it before the first test on a booted host: test/support/built-package.ts keeps there what it has built, for
 * all files of the run. Returns what removes it after the last test.
 */
export function setup(): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'certd-packages-'));
  process.env['CERTD_TEST_PACKAGES'] = dir;
  return () => rmSync(dir, { recursive: true });
}
