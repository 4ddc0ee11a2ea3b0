import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

function decode(text: string) {
  return decodeConfig([{ file: 'c.yaml', text: `account: { agree_tos: true }\n${text}` }]);
}

/** The choices of the one certificate. `own` stands on its line, `rest` before it. */
function choicesOf(own: string, rest = '') {
  const decoded = decode(
    `${rest}certificates: [{ domains: [a.example], challenge: { webroot: /w }${own} }]\n`,
  );
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems));
  return decoded.config.certificates[0]?.cas.map(({ profile }) => profile);
}

function problemsOf(own: string, rest = ''): string[] {
  const decoded = decode(
    `${rest}certificates: [{ domains: [a.example], challenge: { webroot: /w }, ${own} }]\n`,
  );
  if ('config' in decoded) return [];
  return decoded.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

describe('the profile of a certificate', () => {
  it.each([
    ['is none', '', null],
    ['is a name', ', profile: tlsserver', { name: 'tlsserver', required: false }],
    ['is a name in a mapping', ', profile: { name: tlsserver }', { name: 'tlsserver', required: false }],
    ['is required', ', profile: { name: tlsserver, required: true }', { name: 'tlsserver', required: true }],
    [
      'is named for its CA',
      ', profile: { letsencrypt: tlsserver, google: x }',
      { name: 'tlsserver', required: false },
    ],
    [
      'is required of its CA',
      ', profile: { letsencrypt: { name: tlsserver, required: true } }',
      { name: 'tlsserver', required: true },
    ],
    ['is named for another CA', ', profile: { google: x }', null],
  ])('%s', (_, own, profile) => {
    expect(choicesOf(own)).toEqual([profile]);
  });

  it('comes from the certificate, else from the defaults, else from its CA', () => {
    const ca = 'cas: { letsencrypt: { profile: of-the-ca } }\n';
    const named = (name: string) => [{ name, required: false }];
    expect(choicesOf('', ca)).toEqual(named('of-the-ca'));
    expect(choicesOf('', `${ca}defaults: { profile: of-all }\n`)).toEqual(named('of-all'));
    expect(choicesOf(', profile: own', `${ca}defaults: { profile: of-all }\n`)).toEqual(named('own'));
    // A mapping says nothing of the CAs that are not in it.
    expect(choicesOf(', profile: { google: own }', `${ca}defaults: { profile: of-all }\n`)).toEqual(
      named('of-all'),
    );
    expect(choicesOf('', `${ca}defaults: { profile: { google: of-all } }\n`)).toEqual(named('of-the-ca'));
    expect(choicesOf('', 'cas: { letsencrypt: { profile: { name: x, required: true } } }\n')).toEqual([
      { name: 'x', required: true },
    ]);
  });
});

describe('what is wrong with a profile is said where it stands', () => {
  it.each([
    [
      'profile: 5',
      'must be a profile’s name, { name, required }, or a mapping from CA to one of these, not the number 5',
    ],
    ['profile: ""', '`profile` must be a profile’s name, not an empty text'],
    ['profile: { name: 5 }', '`name` must be a profile’s name, not the number 5'],
    ['profile: { name: x, requierd: true }', 'there is no key `requierd` here; did you mean `required`?'],
    ['profile: { required: true }', '`name` is missing: it must be a profile’s name'],
    [
      'profile: { letsencrypt: 5 }',
      '`letsencrypt` must be a profile’s name or { name, required }, not the number 5',
    ],
    [
      'profile: { letsencrypt: { name: x, required: 1 } }',
      '`required` must be true or false, not the number 1',
    ],
    ['profile: { letsencrpyt: x }', 'there is no CA `letsencrpyt`; did you mean `letsencrypt`?'],
  ])('%s', (own, message) => {
    expect(problemsOf(own)).toEqual([expect.stringContaining(message)]);
  });

  it('also in the defaults', () => {
    expect(problemsOf('key: {}', 'defaults: { profile: { corp: x } }\n')).toEqual([
      '2:24 config-invalid there is no CA `corp`',
    ]);
    const corp = 'cas: { corp: { directory: "https://ca.example/dir" } }\n';
    expect(problemsOf('key: {}', `${corp}defaults: { profile: { corp: x } }\n`)).toEqual([]);
  });
});

describe('addresses at Let’s Encrypt without the profile for them are a doubt', () => {
  const doubtsOf = (certificate: string, rest = '') => {
    const decoded = decode(
      `${rest}certificates:\n  - { domains: [a.example, 1.1.1.1, 8.8.8.8], challenge: { webroot: /w }${certificate} }\n`,
    );
    if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems));
    return decoded.config.warnings.map(({ line, column, message }) => `${line}:${column} ${message}`);
  };
  const doubt = (ca: string) =>
    `${ca} issues for addresses only with the profile \`shortlived\` (six days): write \`profile: shortlived\``;

  it('once for a certificate', () => {
    expect(doubtsOf('')).toEqual([`3:28 ${doubt('letsencrypt')}`]);
    expect(doubtsOf(', profile: tlsserver')).toEqual([`3:28 ${doubt('letsencrypt')}`]);
    expect(doubtsOf(', ca: letsencrypt-staging')).toEqual([`3:28 ${doubt('letsencrypt-staging')}`]);
  });

  it('and none with it, from wherever it comes, or at another CA', () => {
    expect(doubtsOf(', profile: shortlived')).toEqual([]);
    expect(doubtsOf('', 'defaults: { profile: { letsencrypt: shortlived } }\n')).toEqual([]);
    expect(doubtsOf('', 'cas: { letsencrypt: { profile: shortlived } }\n')).toEqual([]);
    const corp = 'cas: { corp: { directory: "https://ca.example/dir" } }\n';
    expect(doubtsOf(', ca: corp', corp)).toEqual([]);
  });
});
