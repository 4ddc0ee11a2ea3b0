import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

function decode(own: string, rest = '') {
  const certificate = `{ domains: [a.example], challenge: { webroot: /w }${own} }`;
  const text = `account: { agree_tos: true }\n${rest}certificates: [${certificate}]\n`;
  return decodeConfig([{ file: 'c.yaml', text }]);
}

/** What is preferred at each CA of the one certificate. */
function preferred(own: string, rest = '') {
  const decoded = decode(own, rest);
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems));
  return decoded.config.certificates[0]?.cas.map(({ preferredChain }) => preferredChain);
}

function problems(own: string, rest = '') {
  const decoded = decode(own, rest);
  if ('config' in decoded) return [];
  return decoded.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

describe('the preferred chain', () => {
  it.each([
    ['is none', '', [null]],
    ['is a name', ', preferred_chain: ISRG Root X1', ['ISRG Root X1']],
    ['is a key identifier', ', preferred_chain: 79:b4:59:e6:7b', ['79:b4:59:e6:7b']],
    ['is one for all CAs', ', ca: [letsencrypt, letsencrypt-staging], preferred_chain: X1', ['X1', 'X1']],
    [
      'is one for each CA, or for some',
      ', ca: [letsencrypt, letsencrypt-staging], preferred_chain: { letsencrypt-staging: Pear }',
      [null, 'Pear'],
    ],
  ])('%s', (_, own, expected) => {
    expect(preferred(own)).toEqual(expected);
  });

  it('comes from the certificate, else from the defaults', () => {
    const defaults = 'defaults: { preferred_chain: X1 }\n';
    expect(preferred('', defaults)).toEqual(['X1']);
    expect(preferred(', preferred_chain: X2', defaults)).toEqual(['X2']);
    // A mapping says nothing of the CAs that are not in it.
    expect(preferred(', preferred_chain: { google: GTS }', defaults)).toEqual(['X1']);
    expect(preferred('', 'defaults: { preferred_chain: { letsencrypt: X1 } }\n')).toEqual(['X1']);
  });

  it.each([
    [
      ', preferred_chain: 5',
      '`preferred_chain` must be a root’s name or key identifier, or a mapping from CA to one of these, not the number 5',
    ],
    [', preferred_chain: ""', '`preferred_chain` must be a root’s name or key identifier, not an empty text'],
    [
      ', preferred_chain: { letsencrypt: [] }',
      '`letsencrypt` must be a root’s name or key identifier, not an empty list',
    ],
    [', preferred_chain: { letsencrpyt: X1 }', 'there is no CA `letsencrpyt`; did you mean `letsencrypt`?'],
  ])('is wrong where it says%s', (own, message) => {
    expect(problems(own)).toEqual([expect.stringContaining(message)]);
  });

  it('names no CA that is not there in the defaults either', () => {
    expect(problems('', 'defaults: { preferred_chain: { corp: X1 } }\n')).toEqual([
      '2:32 config-invalid there is no CA `corp`',
    ]);
  });
});
