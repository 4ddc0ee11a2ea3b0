import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';
import { jsonSchemaText } from '../../src/config/schema-json.ts';

const example = readFileSync('config.example.yaml', 'utf8');
/** Prose is `# ` and a word; everything else behind a # is configuration. */
const everything = example.replace(/^#(?! \S)/gm, '');

function decode(text: string) {
  return decodeConfig([{ file: 'config.example.yaml', text }]);
}

it('the example is the smallest configuration that works', () => {
  const smallest = `
account: { email: ops@example.com, agree_tos: true }
certificates:
  - domains: [example.com, www.example.com]
    challenge: { webroot: /var/www/certd }
    deploy: { hooks: [nginx -s reload] }
`;
  expect(decode(example)).toEqual(decode(smallest));
});

it('with every # taken away it is a configuration too', () => {
  expect(decode(everything)).toMatchObject({ config: { warnings: [] } });
});

it('it shows every key that this version has', () => {
  const missing = keysIn(JSON.parse(jsonSchemaText())).filter(
    key => !new RegExp(`(^|[\\s{])${key}:`, 'm').test(everything),
  );
  expect(missing).toEqual([]);
});

it('it names every key that this version does not have', () => {
  const prose = example.slice(example.indexOf('# Not available in this version'));
  const missing = refusedKeysIn(JSON.parse(jsonSchemaText())).filter(key => !prose.includes(key));
  expect(missing).toEqual([]);
});

it('config.schema.json is fresh (else: npm run schema)', () => {
  expect(readFileSync('config.schema.json', 'utf8')).toBe(jsonSchemaText());
});

it('the schema forbids what this version refuses and describes every key', () => {
  expect(refusedKeysIn(JSON.parse(jsonSchemaText()))).toEqual(
    expect.arrayContaining(['placeholder', 'notify', 'monitor']),
  );
  expect(jsonSchemaText()).not.toContain('"$ref"');
});

type Found = { readonly key: string; readonly refused: boolean };

function keysIn(schema: unknown): string[] {
  return [
    ...new Set(
      allKeys(schema)
        .filter(({ refused }) => !refused)
        .map(({ key }) => key),
    ),
  ];
}

function refusedKeysIn(schema: unknown): string[] {
  return [
    ...new Set(
      allKeys(schema)
        .filter(({ refused }) => refused)
        .map(({ key }) => key),
    ),
  ];
}

/** Every property below a JSON Schema; nothing below one that is not allowed at all. */
function allKeys(schema: unknown): Found[] {
  if (Array.isArray(schema)) return schema.flatMap(allKeys);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, value]: [string, unknown]) => {
    if (word !== 'properties' || typeof value !== 'object' || value === null) return allKeys(value);
    return Object.entries(value).flatMap(([key, below]: [string, unknown]) => [
      { key, refused: typeof below === 'object' && below !== null && 'not' in below },
      ...allKeys(below),
    ]);
  });
}
