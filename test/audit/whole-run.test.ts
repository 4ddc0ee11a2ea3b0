import { expect, test } from 'vitest';
import { readRunRecord } from '../support/run-record.ts';
import { leakFinder } from './find-leaks.ts';
import { lineFaults } from './line-faults.ts';

const { texts, keys, secrets } = readRunRecord();
const logs = texts.filter(({ of }) => of === 'daemon');
const lines = logs.flatMap(({ name, text }) =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => ({ name, line })),
);
/** A daemon that cannot start says so in words for a person, on the other stream. */
const isForPeople = (line: string) => /^certd: [a-z-]+: |^\S+:\d+:\d+: config-/.test(line);

test('the run has left something to look at: logs of every level, commands, keys and secrets', () => {
  const levels = lines.map(({ line }) => /"level":(\d+)/.exec(line)?.[1]);
  for (const level of ['20', '30', '40', '50']) expect(levels, `level ${level}`).toContain(level);
  expect(texts.filter(({ of }) => of === 'command').length).toBeGreaterThan(20);
  expect(keys.length).toBeGreaterThan(50);
  expect(keys.filter(key => key.includes('PRIVATE KEY')).length).toBe(keys.length);
  expect(secrets.length).toBeGreaterThan(0);
});

test('a hook has printed a key and credentials in this run, and something else stands in their place', () => {
  const removed = lines.filter(
    ({ line }) => line.includes('[private key removed]') && line.includes('[removed]'),
  );
  expect(removed.length).toBeGreaterThan(0);
});

test('nothing that certd printed in the whole run holds a key, an EAB key, a token or a credential', () => {
  const leaksIn = leakFinder({ keys, texts: secrets });
  expect(texts.flatMap(({ name, text }) => leaksIn(text).map(leak => ({ name, ...leak })))).toEqual([]);
});

test('every line of a log is one JSON object with level, time and static message, and a code from warnings up', () => {
  const faults = lines
    .filter(({ line }) => !isForPeople(line))
    .flatMap(({ line }) => lineFaults(line).map(fault => ({ fault, line })));
  expect(faults).toEqual([]);
});
