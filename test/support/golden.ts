import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const hint = 'UPDATE_GOLDEN=1 npm test writes it anew: read the difference before you commit it';

/** Compares with the committed text `test/golden/<file>`; writes that only when asked to, and never in CI. */
export function expectGolden(file: string, text: string): void {
  const path = join(import.meta.dirname, '../golden', file);
  const mayUpdate = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] === undefined;
  if (mayUpdate) writeFileSync(path, text);
  if (!existsSync(path)) throw new Error(`${path} is missing; ${hint}`);
  expect(text, `the output is not test/golden/${file}; ${hint}`).toBe(readFileSync(path, 'utf8'));
}
