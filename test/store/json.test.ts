import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readState } from '../../src/store/json.ts';
import { ownDir } from '../support/state-dir.ts';

function written(text: string | Uint8Array): string {
  const path = join(ownDir(), 'a.example.json');
  writeFileSync(path, text);
  return path;
}

/** The error of reading, with the path taken out; the file must be as it was. */
function refusal(text: string | Uint8Array, read: (fields: Fields) => unknown = () => null): unknown {
  const path = written(text);
  const before = readFileSync(path);
  try {
    const fields = readState(path);
    if (fields === null) throw new Error('read as a missing file');
    read(fields);
  } catch (thrown) {
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(thrown).toMatchObject({ code: 'state-corrupt' });
    return thrown instanceof Error ? thrown.message.replace(path, 'FILE') : thrown;
  }
  throw new Error('it was read');
}

type Fields = Exclude<ReturnType<typeof readState>, null>;

it('reads a missing file as null', () => {
  expect(readState(join(ownDir(), 'missing.json'))).toBeNull();
});

it.each([
  ['', 'FILE cannot be used: it is not JSON'],
  ['{"schema": 1', 'FILE cannot be used: it is not JSON'],
  ['secret-token', 'FILE cannot be used: it is not JSON'],
  [new Uint8Array(4096), 'FILE cannot be used: it is not JSON'],
  [new Uint8Array([0x7b, 0xff, 0x7d]), 'FILE cannot be used: it is not UTF-8'],
  ['[1]', 'FILE cannot be used: it is no JSON object'],
  ['null', 'FILE cannot be used: it is no JSON object'],
  ['1', 'FILE cannot be used: it is no JSON object'],
  ['{}', 'FILE cannot be used: "schema" is not a whole number'],
  ['{"schema": "1"}', 'FILE cannot be used: "schema" is not a whole number'],
  ['{"schema": 2}', 'FILE cannot be used: schema 2 is not known to this version'],
  ['{"schema": 0}', 'FILE cannot be used: schema 0 is not known to this version'],
])('refuses %j and leaves it as it is', (text, message) => {
  expect(refusal(text)).toBe(message);
});

it('refuses a file of more than 1 MiB without reading it', () => {
  const atLimit = `{"schema":1,"a":"${'x'.repeat(1024 * 1024 - 19)}"}`;
  expect(atLimit).toHaveLength(1024 * 1024);
  expect(readState(written(atLimit))?.text('a')).toHaveLength(1024 * 1024 - 19);
  expect(refusal(`${atLimit} `)).toBe('FILE cannot be used: it has 1048577 bytes, more than 1048576');
});

it('refuses a directory in the place of the file', () => {
  const path = join(ownDir(), 'a.json');
  mkdirSync(path);
  expect(() => readState(path)).toThrow(
    expect.objectContaining({
      code: 'state-corrupt',
      message: `${path} cannot be used: it is no regular file`,
    }),
  );
});

it.each<[string, (fields: Fields) => unknown, string]>([
  ['1', fields => fields.text('key'), '"key" is not a text'],
  ['null', fields => fields.text('key'), '"key" is not a text'],
  ['1', fields => fields.textOrNull('key'), '"key" is not a text or null'],
  ['"1"', fields => fields.number('key'), '"key" is not a whole number'],
  ['-1', fields => fields.number('key'), '"key" is not a whole number'],
  ['1.5', fields => fields.number('key'), '"key" is not a whole number'],
  ['1e300', fields => fields.number('key'), '"key" is not a whole number'],
  ['null', fields => fields.instant('key'), '"key" is not an RFC 3339 time'],
  ['"2026-11-21"', fields => fields.instant('key'), '"key" is not an RFC 3339 time'],
  ['"2026-11-21T18:30:00"', fields => fields.instant('key'), '"key" is not an RFC 3339 time'],
  ['"2026-13-41T99:30:00Z"', fields => fields.instant('key'), '"key" is not an RFC 3339 time'],
  ['1763749800', fields => fields.instantOrNull('key'), '"key" is not an RFC 3339 time or null'],
  ['"a"', fields => fields.texts('key'), '"key" is not a list of texts'],
  ['["a", 1]', fields => fields.texts('key'), '"key" is not a list of texts'],
  ['[]', fields => fields.objectOrNull('key'), '"key" cannot be used: it is no JSON object'],
  ['"a"', fields => fields.objectOrNull('key'), '"key" cannot be used: it is no JSON object'],
])('names file and key for %s in the wrong place', (value, read, words) => {
  const message = refusal(`{"schema":1,"key":${value}}`, read);
  expect(message).toContain('FILE');
  expect(message).toContain(words);
});

it.each<(fields: Fields) => unknown>([
  fields => fields.text('key'),
  fields => fields.textOrNull('key'),
  fields => fields.number('key'),
  fields => fields.instant('key'),
  fields => fields.instantOrNull('key'),
  fields => fields.texts('key'),
  fields => fields.objectOrNull('key'),
])('refuses a key that is not there: %s', read => {
  expect(refusal('{"schema":1}', read)).toContain('"key" is not');
});

it('names the key of an object inside an object', () => {
  const message = refusal('{"schema":1,"window":{"start":5}}', fields =>
    fields.objectOrNull('window')?.instant('start'),
  );
  expect(message).toBe('FILE: "window" cannot be used: "start" is not an RFC 3339 time');
});

it('takes no key from an object’s prototype', () => {
  expect(refusal('{"schema":1}', fields => fields.text('constructor'))).toContain('"constructor" is not');
  expect(refusal('{"schema":1,"__proto__":{"a":"b"}}', fields => fields.text('a'))).toContain('"a" is not');
});

it('reads what is right', () => {
  const fields = readState(
    written(
      '{"schema":1,"t":"x","n":7,"at":"2026-11-21T18:30:00.250Z","none":null,"list":["a","b"],"in":{"t":"y"}}',
    ),
  );
  expect(fields?.text('t')).toBe('x');
  expect(fields?.textOrNull('none')).toBeNull();
  expect(fields?.number('n')).toBe(7);
  expect(fields?.instant('at')).toBe(Date.UTC(2026, 10, 21, 18, 30, 0, 250));
  expect(fields?.instantOrNull('none')).toBeNull();
  expect(fields?.texts('list')).toEqual(['a', 'b']);
  expect(fields?.objectOrNull('in')?.text('t')).toBe('y');
  expect(fields?.objectOrNull('none')).toBeNull();
});
