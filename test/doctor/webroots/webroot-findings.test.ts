import { describe, expect, it } from 'vitest';
import type { ChallengeOutcome } from '../../../src/doctor/sites/challenge-answer.ts';
import { type WebrootAnswer, webrootFindings } from '../../../src/doctor/webroots/webroot-findings.ts';

const written = '/srv/certd/.well-known/acme-challenge';

function found(outcome: ChallengeOutcome, change: Partial<WebrootAnswer> = {}) {
  const answer: WebrootAnswer = {
    server: 'nginx',
    place: '/etc/nginx/a.conf:3',
    domains: ['a.example', 'www.a.example'],
    webroot: '/var/www/certd',
    written,
    outcome,
    isSure: true,
    served: null,
    htaccess: null,
    ...change,
  };
  const [finding] = webrootFindings([answer], { domains: [], words: '' });
  return finding;
}

const file: ChallengeOutcome = { kind: 'file', path: '/var/www/certd/.well-known/acme-challenge/x' };

describe('a site', () => {
  it('that looks where certd writes is ok, whatever symlinks lead there', () => {
    expect(found(file, { served: written })).toEqual({
      check: 'webroot-served',
      status: 'ok',
      subject: 'nginx /etc/nginx/a.conf:3 (a.example and 1 more)',
      message: 'it serves what certd puts into /var/www/certd',
      cure: null,
    });
  });

  it('that looks elsewhere is critical, with the line to write', () => {
    expect(found(file, { served: '/var/www/html/.well-known/acme-challenge' })).toMatchObject({
      status: 'critical',
      message: `it looks for the CA’s files in /var/www/html/.well-known/acme-challenge, but certd puts them into ${written}`,
      cure: expect.stringContaining(
        'Write location ^~ /.well-known/acme-challenge/ { root /var/www/certd; } into that site',
      ),
    });
  });

  it('with a file that is read at each request is unknown', () => {
    const change = { server: 'apache', served: written, htaccess: '/srv/certd/.htaccess' } as const;
    expect(found(file, change)).toMatchObject({
      status: 'unknown',
      message: '/srv/certd/.htaccess may change what it does, and was not read',
    });
  });

  it.each([
    [file, '/var/www/html', 'it looks for the CA’s files in /var/www/html, but certd puts them into '],
    [{ kind: 'refused', words: '/a.conf:5 denies it' }, null, 'the CA gets no file: /a.conf:5 denies it'],
  ] as const)(
    'at an address to which no name is known to lead is unknown, whatever it does: %j',
    (outcome, served, words) => {
      const finding = found(outcome, { isSure: false, served });
      expect(finding).toMatchObject({ status: 'unknown' });
      expect(finding?.message).toContain(words);
      expect(finding?.message).toMatch(
        /; whether a CA comes in at the address that this site listens on is not known$/,
      );
    },
  );

  it('at such an address that looks where certd writes is ok', () => {
    expect(found(file, { isSure: false, served: written })).toMatchObject({ status: 'ok' });
  });

  it('that redirects is a warning, in the words of its server', () => {
    const redirect = { kind: 'redirect', to: 'https://a.example/', place: '/a.conf:5' } as const;
    expect(found(redirect, { server: 'apache' })).toMatchObject({
      status: 'warning',
      message:
        '/a.conf:5 sends the CA on to https://a.example/: that works only while something answers there',
      cure: expect.stringContaining(
        'Alias /.well-known/acme-challenge/ /var/www/certd/.well-known/acme-challenge/ and RewriteRule',
      ),
    });
  });

  it('that refuses is critical, and one that is not understood unknown', () => {
    expect(found({ kind: 'refused', words: '/a.conf:5 denies it' })).toMatchObject({
      status: 'critical',
      message: 'the CA gets no file: /a.conf:5 denies it',
    });
    expect(found({ kind: 'unclear', words: 'gives it to http://b' })).toMatchObject({
      status: 'unknown',
      message: 'gives it to http://b',
    });
  });
});

it('names for which nobody answers are unknown, all in one', () => {
  const words = 'haproxy, pid 1, has port 80';
  expect(webrootFindings([], { domains: ['a.example', 'b.example'], words })).toMatchObject([
    { status: 'unknown', subject: 'a.example and 1 more', message: words },
  ]);
});
