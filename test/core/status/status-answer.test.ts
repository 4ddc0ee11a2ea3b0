import { describe, expect, it } from 'vitest';
import { isStatusDocument, newerDaemon } from '../../../src/core/status/status-answer.ts';
import { exampleStatus } from '../../support/status-examples.ts';

describe('what counts as a document', () => {
  it('is what this version makes, also after a journey as JSON', () => {
    expect(isStatusDocument(JSON.parse(JSON.stringify(exampleStatus(['well', 'lapsed']))))).toBe(true);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { schema: 2, certificates: [] },
    { schema: '1', certificates: [] },
    { schema: 1 },
    { schema: 1, certificates: {} },
    { code: 'internal-error', message: 'x' },
  ])('is not %j', value => {
    expect(isStatusDocument(value)).toBe(false);
  });
});

describe('the daemon is newer', () => {
  it.each([
    ['that says its version', { schema: 2, version: '2.0.0' }, { version: '2.0.0' }],
    ['whose version nobody can read', { schema: 3, version: 2 }, { version: null }],
    ['without a version', { schema: 2 }, { version: null }],
  ])('%s', (_sentence, value, newer) => {
    expect(newerDaemon(value)).toEqual(newer);
  });

  it.each([null, 'text', {}, { schema: 1 }, { schema: 0 }, { schema: '2' }, { schema: null }])(
    'is not said by %j',
    value => {
      expect(newerDaemon(value)).toBeNull();
    },
  );
});
