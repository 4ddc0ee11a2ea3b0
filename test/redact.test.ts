import { describe, expect, it } from 'vitest';
import { redact } from '../src/redact.ts';

const base64 = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSECRETSECRET';
/** A key as a file holds it. `label`: what stands before PRIVATE KEY. */
const key = (label = '') =>
  `-----BEGIN ${label}PRIVATE KEY-----\n${base64}\n${base64}\n-----END ${label}PRIVATE KEY-----\n`;

const secrets = ['SECRET', base64, 'MIGH'];

function expectClean(text: string): string {
  const censored = redact(text);
  for (const secret of secrets) expect(censored).not.toContain(secret);
  return censored;
}

describe('a private key never passes', () => {
  it.each(['', 'EC ', 'RSA ', 'ENCRYPTED ', 'OPENSSH '])('of the kind "%sPRIVATE KEY"', label => {
    expect(expectClean(`before\n${key(label)}after`)).toBe('before\n[private key removed]\nafter');
  });

  it('inside a line of JSON, where its line breaks are escaped', () => {
    const line = JSON.stringify({ output: `cat: ${key()}done`, next: 1 });
    expect(expectClean(line)).toBe('{"output":"cat: [private key removed]\\ndone","next":1}');
  });

  it('inside JSON inside JSON', () => {
    const line = JSON.stringify({ output: JSON.stringify({ key: key(), next: 1 }) });
    expect(JSON.parse(expectClean(line)).output).toContain('"next":1');
  });

  it('twice, with what stands between them kept', () => {
    expect(expectClean(`${key()}and\n${key('EC ')}`)).toBe(
      '[private key removed]\nand\n[private key removed]\n',
    );
  });

  it('beside its certificate, which stays', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(expectClean(`${certificate}${key()}${certificate}`)).toBe(
      `${certificate}[private key removed]\n${certificate}`,
    );
  });

  it('cut off at its end', () => {
    const half = key().slice(0, 80);
    expect(expectClean(half)).toBe('[private key removed]');
    expect(expectClean(JSON.stringify({ output: half, next: 1 }))).toBe(
      '{"output":"[private key removed]","next":1}',
    );
  });

  it('cut off at its beginning, as the last bytes of a long output are', () => {
    const tail = `${key().slice(40)}after`;
    expect(expectClean(tail)).toBe('[private key removed]\nafter');
    expect(expectClean(JSON.stringify({ output: tail, next: 1 }))).toBe(
      '{"output":"[private key removed]\\nafter","next":1}',
    );
  });

  it('with the line ends of Windows', () => {
    expectClean(key().replaceAll('\n', '\r\n'));
    expectClean(JSON.stringify(key().replaceAll('\n', '\r\n')));
  });
});

describe('credentials of a request never pass', () => {
  it.each([
    ['Authorization: Bearer abcdef-SECRET_123', 'Authorization: [removed]'],
    ['authorization: bearer SECRET', 'authorization: [removed]'],
    ['> Authorization: Basic b3BzOlNFQ1JFVA==SECRET', '> Authorization: [removed]'],
    ['Authorization: Bearer SECRET', 'Authorization: [removed]'],
    ['Authorization: token SECRET', 'Authorization: [removed]'],
    ['Proxy-Authorization: Basic SECRET', 'Proxy-Authorization: [removed]'],
    ['Authorization: Digest username="ops", response="SECRET"', 'Authorization: [removed]'],
    [
      '{"authorization":"Digest username=\\"ops\\", nc=1, response=\\"SECRET\\"","next":1}',
      '{"authorization":"[removed]","next":1}',
    ],
    ['{"authorization":"Basic U0VDUkVUOg==","next":1}', '{"authorization":"[removed]","next":1}'],
    ['authorization=SECRETSECRET', 'authorization=[removed]'],
    ['{"authorization":"SECRET","next":1}', '{"authorization":"[removed]","next":1}'],
    ['{"Authorization":"Bearer SECRET-abcdef","next":1}', '{"Authorization":"[removed]","next":1}'],
    [
      '{"output":"curl -H \\"Authorization: Bearer SECRET\\" x"}',
      '{"output":"curl -H \\"Authorization: [removed]\\" x"}',
    ],
    ['proxy refused Basic b3BzOnNlY3JldA==', 'proxy refused Basic [removed]'],
    ['webhook refused Bearer SECRETSECRET', 'webhook refused Bearer [removed]'],
  ])('%s', (text, censored) => {
    expect(redact(text)).toBe(censored);
  });
});

describe('everything else passes as it is', () => {
  it.each([
    'issued 0001-aabbccdd for a.example',
    'The client lacks sufficient authorization :: 192.0.2.7: Invalid response from http://a.example',
    'The key authorization file from the server did not match this challenge',
    'https://ca.test/authorization/123456789',
    'basicConstraints: Basic Constraints are wrong, Basic constraints too',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    '{"authorization":null,"authorizations":["https://ca.test/authz/1"]}',
    '',
  ])('%j', text => {
    expect(redact(text)).toBe(text);
  });
});

it('searches a long text once: at each letter anew it would run into the limit of the test', () => {
  const long = `${'A'.repeat(200_000)} ${'authorization'.repeat(10_000)}`;
  expect(redact(long)).toBe(long);
});
