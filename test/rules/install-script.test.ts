import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { readText } from '../support/source-tree.ts';

const script = readText('scripts/install.sh');
const page = readText('docs/how-to/install-script.md');

test('the install script is small enough for all that it is sent through', () => {
  expect(
    { bytes: Buffer.byteLength(script) <= 13_312, lines: script.trimEnd().split('\n').length < 300 },
    rule({
      why: 'Cloud Assistant takes 18 KB of Base64, and whoever runs it as root wants to read it first',
      mend: 'say it shorter, or do it in certd itself',
    }),
  ).toEqual({ bytes: true, lines: true });
});

test('the page of the install script has its exit codes, its options and its variables, and no others', () => {
  const codes = [...script.matchAll(/\bfail (\d+) /g)].map(([, code]) => Number(code));
  const words = {
    why: 'scripts decide by them what to do next',
    mend: 'correct docs/how-to/install-script.md',
  };
  expect(sorted(rows(/^\| (\d+) \|/gm)), rule(words)).toEqual(sorted(['0', ...codes.map(String)]));
  const options = [...script.matchAll(/^ {6}(--[a-z0-9 |-]+)\)/gm)].flatMap(([, names = '']) =>
    names.split(' | '),
  );
  expect(sorted(rows(/`(--[a-z0-9-]+)/g)), rule(words)).toEqual(
    sorted(options.filter(name => name !== '--help')),
  );
  const variables = [...script.matchAll(/\bCERTD_[A-Z0-9_]+/g)].map(([name]) => name);
  expect(sorted(rows(/\b(CERTD_[A-Z0-9_]+)/g)), rule(words)).toEqual(sorted(variables));
});

function rows(pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([, found = '']) => found);
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
