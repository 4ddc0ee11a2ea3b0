import { describe, expect, it } from 'vitest';
import { isStatusDocument } from '../../src/core/status-answer.ts';
import { exampleStatus } from '../support/status-examples.ts';

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
