import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { findPrograms } from '../support/programs.ts';

const { mandoc } = findPrograms();
const page = manPage(new Date('2026-11-28T12:00:00Z'));

test('mandoc has nothing to say of it', () => {
  const lint = [mandoc, ['-T', 'lint', '-W', 'warning']] as const;
  expect(() => execFileSync(...lint, { input: page, encoding: 'utf8' })).not.toThrow();
  expect(() => execFileSync(...lint, { input: `${page}.NO\n`, encoding: 'utf8', stdio: 'pipe' })).toThrow();
});

test('it reads as it should', () => {
  const text = execFileSync(mandoc, ['-T', 'ascii', '-O', 'width=78'], {
    input: page,
    encoding: 'utf8',
  });
  const plain = text.replaceAll(/.[\b]/g, '');
  expect(plain).toContain('certd revoke name [options]\n');
  expect(plain).toContain('certd snippet nginx|apache|haproxy [name...]\n');
  expect(plain).toContain('       account: { email: ops@example.com, agree_tos: true }\n');
});
