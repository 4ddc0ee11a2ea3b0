import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest calls it before the first integration test: from then on all that certd prints is kept for
 * `test/audit/whole-run.test.ts`. Returns what removes it after the last test. Where `scripts/test` keeps one record for
 * several lanes, it has said where.
 */
export function setup(): (() => void) | undefined {
  if (process.env['CERTD_TEST_RECORD'] !== undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'certd-record-'));
  process.env['CERTD_TEST_RECORD'] = dir;
  return () => rmSync(dir, { recursive: true });
}
