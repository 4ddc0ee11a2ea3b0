import { expect, it } from 'vitest';
import { deployLines } from '../../src/commands/why-deploy.ts';
import { at, makeObserved, makeTarget } from '../support/make-observed.ts';
import { makeOutput } from '../support/output-room.ts';

const now = at('2026-01-15');
const files = [makeOutput({ path: '/a.pem' }), makeOutput({ path: '/b.pem', mode: 0o440 })];
const linesOf = (written: readonly string[]) =>
  deployLines({
    target: makeTarget({ files }),
    seen: makeObserved({ deploy: { files: written } }),
    asked: 'nothing',
    now,
  });

it('names the files that are not yet as they are configured', () => {
  expect(linesOf(['combined -:- 0400 /a.pem', 'combined -:- 0400 /b.pem'])).toEqual([
    'deployed is 0001-11223344',
    '0001-11223344 is owed, and tried now',
    'to be written: /b.pem',
  ]);
  expect(linesOf([])).toContain('to be written: /a.pem, /b.pem');
});

it('says nothing of files that are', () => {
  expect(linesOf(['combined -:- 0400 /a.pem', 'combined -:- 0440 /b.pem'])).toEqual([
    'deployed is 0001-11223344',
  ]);
});

it('says since when a deployer of its own was asked and has not begun', () => {
  const seen = makeObserved({ deploy: { deployed: null }, requestedAt: at('2026-01-14T23:00Z') });
  const lines = deployLines({ target: makeTarget(), seen, asked: 'nothing', now });
  expect(lines[1]).toMatch(
    /^0001-11223344 is owed, and the deployer, another process, was asked .* and has not begun$/,
  );
});
