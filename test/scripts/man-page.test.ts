import { expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { builtCommands } from '../../src/commands/built.ts';
import { commandWords } from '../../src/commands/command-words.ts';
import { expectGolden } from '../support/golden.ts';

const page = manPage(new Date('2026-11-28T12:00:00Z'));

test('the man page is what the tree of commands makes of it', () => {
  expectGolden('certd.8', page);
});

test('it has every command and option', () => {
  const plain = page.replaceAll('\\-', '-');
  for (const { name, options } of commandWords(builtCommands)) {
    expect(plain).toContain(`.B certd ${name}`);
    for (const { long } of options) expect(plain).toContain(`.B ${long}`);
  }
});
