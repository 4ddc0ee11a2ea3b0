import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyrightPage, licenceOfAll } from '../../scripts/packaging/copyright-page.ts';
import { shippedLicences } from '../../scripts/packaging/licences.ts';
import { lockedByName, readLock } from '../../scripts/packaging/lock.ts';
import { root } from '../support/source-tree.ts';

let node = '';
beforeEach(() => {
  node = mkdtempSync(join(tmpdir(), 'certd-licences-'));
  writeFileSync(join(node, 'LICENSE'), 'Words of Node\n');
});
afterEach(() => rmSync(node, { recursive: true }));

const locked = readLock(root);
const zod = lockedByName(locked, 'zod');
const figures = lockedByName(locked, 'figures');

test('what is bundled, Node and koffi are told with their own words, certd first', () => {
  const parts = shipped([zod, figures]);
  expect(parts.map(({ name, licence, where }) => `${name}: ${licence}, ${where}`)).toEqual([
    'certd: Apache-2.0, lib/certd/dist',
    'Node.js: MIT, lib/certd/node',
    'koffi: MIT, lib/certd/node_modules',
    'zod: MIT, bundled into lib/certd/dist',
    'figures: MIT, bundled into lib/certd/dist',
  ]);
  const words = parts.map(({ text }) => text);
  expect(words[0]).toMatch(/Apache License\s+Version 2\.0/);
  expect(words[1]).toBe('Words of Node');
  expect(words[2]).toContain('Niels Martignène');
  expect(words[2]).toContain('Copyright (c) 2017 [Node.js API collaborators]');
  expect(words[2]).toContain('Copyright (c) 2021 Node.js\n');
  expect(words[3]).toContain('Copyright (c) 2025 Colin McDonnell');
  expect(words[4]).toContain('Sindre Sorhus');
  expect(licenceOfAll(parts)).toBe('Apache-2.0 AND MIT');
});

test('the page has a line for each part, and each text unchanged', () => {
  const page = copyrightPage(shipped([zod]));
  expect(page).toMatch(/^zod \d\S+ +MIT, bundled into lib\/certd\/dist$/m);
  for (const { text } of shipped([zod])) expect(page).toContain(`\n\n${text}\n`);
});

test('a part without the words of its licence ends the build', () => {
  rmSync(join(node, 'LICENSE'));
  writeFileSync(join(node, 'README.md'), 'MIT');
  expect(() => shipped([zod])).toThrow(`${node} has no file with its licence`);
});

test.each(['license', 'LICENCE.txt', 'Copying', 'license.md'])('the words are found in %s', name => {
  rmSync(join(node, 'LICENSE'));
  writeFileSync(join(node, name), 'Other words');
  expect(shipped([])[1]?.text).toBe('Other words');
});

test('a notice goes with the licence', () => {
  writeFileSync(join(node, 'NOTICE'), 'And a notice');
  mkdirSync(join(node, 'notices'));
  expect(shipped([])[1]?.text).toBe('Words of Node\n\nAnd a notice');
});

function shipped(bundled: Parameters<typeof shippedLicences>[2]) {
  const koffi = join(root, 'node_modules/koffi');
  return shippedLicences(root, locked, bundled, { dist: '', node, koffi, koffiNative: '' });
}
