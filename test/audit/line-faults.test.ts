import { expect, it } from 'vitest';
import { lineFaults } from './line-faults.ts';

const good = { level: 30, time: 1_760_000_000_000, msg: 'certd started' };
const json = (change: object) => JSON.stringify({ ...good, ...change });

it.each([
  ['an info', json({ version: '1' })],
  ['an error with its code', json({ level: 50, code: 'hook-failed', msg: 'hook failed' })],
  ['an error in the journal', '<3>{"level":50,"code":"hook-failed","msg":"hook failed"}'],
])('%s has no fault', (_, line) => {
  expect(lineFaults(line)).toEqual([]);
});

it.each([
  ['is no JSON object', 'certd started'],
  ['is no JSON object', '["certd started"]'],
  ['is no JSON object', `${json({})}${json({})}`],
  ['has no level', json({ level: 'info' })],
  ['has no level', json({ level: 35 })],
  ['has no static message', json({ msg: 'certd started for a.example' })],
  ['has no static message', json({ msg: undefined })],
  ['has no time, or one beside the journal’s', json({ time: undefined })],
  ['has no time, or one beside the journal’s', `<6>${json({})}`],
  ['has the priority of another level', '<6>{"level":50,"code":"hook-failed","msg":"hook failed"}'],
  ['is a warning or an error without a code of docs/errors.md', json({ level: 40 })],
  ['is a warning or an error without a code of docs/errors.md', json({ level: 50, code: 'unheard-of' })],
])('%s: %s', (fault, line) => {
  expect(lineFaults(line)).toEqual([fault]);
});
