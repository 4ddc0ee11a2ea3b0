import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { productOf } from '../../scripts/packaging/product.ts';
import { run } from '../../scripts/packaging/run.ts';
import { root } from '../support/source-tree.ts';

test('the date of a package is the one that is asked for, else that of the commit', () => {
  expect(productOf(root, '1700000000').date).toBe(1_700_000_000);
  const commit = run('git', ['-C', root, 'show', '--no-patch', '--format=%cI', 'HEAD']).trim();
  expect(productOf(root, undefined).date).toBe(Date.parse(commit) / 1000);
});

test.each(['', 'yesterday', '-1', '1.5'])('%j is no date', text => {
  expect(() => productOf(root, text)).toThrow(`SOURCE_DATE_EPOCH is not a number of seconds: ${text}`);
});

test('where there is no git, a date must be given', () => {
  const dir = mkdtempSync(join(tmpdir(), 'certd-product-'));
  try {
    writeFileSync(join(dir, 'package.json'), '{ "version": "1.2.3" }');
    expect(() => productOf(dir, undefined)).toThrow('There is no git here: set SOURCE_DATE_EPOCH');
    expect(productOf(dir, '0')).toEqual({ version: '1.2.3', date: 0 });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
