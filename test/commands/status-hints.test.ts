import { expect, it } from 'vitest';
import { statusHints } from '../../src/commands/status-hints.ts';
import { exampleStatus } from '../support/status-examples.ts';

const hints = (...[names, source = 'daemon']: [Parameters<typeof exampleStatus>[0], ('daemon' | 'disk')?]) =>
  statusHints({ ...exampleStatus(names), source });

it('says nothing where all is well', () => {
  expect(hints(['well'])).toBe('');
});

it('leads from a problem to its cure', () => {
  expect(hints(['well', 'lapsed'])).toBe('\ncertd why NAME says what to do about one\n');
});

it('leads to the doctor where no daemon answers', () => {
  expect(hints(['lapsed'], 'disk')).toBe(
    '\ncertd why NAME says what to do about one\ncertd doctor looks at the host and at the units of the daemon\n',
  );
});
