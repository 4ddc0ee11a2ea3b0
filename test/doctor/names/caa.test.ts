import { describe, expect, it } from 'vitest';
import { type CaaRecord, caaAnswer } from '../../../src/doctor/names/caa.ts';

const own = 'https://ca.test/account/1';

/** What `issue` records with these values say to Let’s Encrypt. */
function ask(values: readonly string[], change: { readonly accountUrl?: string | null } = {}) {
  const records = values.map(value => record('issue', value));
  return caaAnswer(records, { identities: ['letsencrypt.org', 'le.example'], accountUrl: own, ...change });
}

function record(tag: string, value: string, flags = 0): CaaRecord {
  return { flags, tag, value };
}

describe('issue records', () => {
  it.each([
    ['the CA', 'letsencrypt.org'],
    ['the CA in other letters and with blanks', '\t LetsEncrypt.ORG ;'],
    ['another name of the CA', 'le.example'],
    ['the CA with a parameter that nobody knows', 'letsencrypt.org; policy=ev'],
    ['the CA and this way to validate', 'letsencrypt.org; validationmethods=dns-01,http-01'],
  ])('that name %s let it issue', (_, value) => {
    expect(ask([value])).toEqual({ kind: 'allowed', bound: false });
  });

  it('that name the account let it issue, and no other', () => {
    expect(ask([`letsencrypt.org; accounturi=${own}`])).toEqual({ kind: 'allowed', bound: true });
    expect(ask([`letsencrypt.org;validationmethods=http-01;accounturi = ${own}`])).toEqual({
      kind: 'allowed',
      bound: true,
    });
    const other = ['letsencrypt.org; accounturi=https://ca.test/account/2'];
    expect(ask(other)).toEqual({ kind: 'other-account', named: ['https://ca.test/account/2'] });
    expect(ask(other, { accountUrl: null })).toMatchObject({ kind: 'other-account' });
  });

  it('are enough where one of several lets it issue', () => {
    expect(ask(['sectigo.com', 'letsencrypt.org'])).toEqual({ kind: 'allowed', bound: false });
    expect(ask(['letsencrypt.org; accounturi=https://x/2', `letsencrypt.org; accounturi=${own}`])).toEqual({
      kind: 'allowed',
      bound: true,
    });
    expect(ask(['letsencrypt.org; accounturi=https://x/2', 'letsencrypt.org'])).toEqual({
      kind: 'allowed',
      bound: false,
    });
  });

  it('of other CAs, or of nobody, do not', () => {
    expect(ask(['sectigo.com', 'pki.goog'])).toEqual({
      kind: 'other-ca',
      named: ['sectigo.com', 'pki.goog'],
    });
    expect(ask([';'])).toEqual({ kind: 'other-ca', named: [] });
    expect(ask([''])).toEqual({ kind: 'other-ca', named: [] });
  });

  it('for another way to validate do not, whatever the account', () => {
    const value = `letsencrypt.org; validationmethods=dns-01; accounturi=${own}`;
    expect(ask([value])).toEqual({ kind: 'other-method', named: ['dns-01'] });
  });

  it.each([
    'letsencrypt.org; accounturi',
    `letsencrypt.org; accounturi=${own}; accounturi=${own}`,
    'letsencrypt.org; =x',
    'letsencrypt.org; accounturi=a b',
    'letsencrypt.org.',
    'lets encrypt.org',
    'letsencrypt.org, sectigo.com',
  ])('that are malformed allow nothing: %s', value => {
    expect(ask([value])).toEqual({ kind: 'other-ca', named: [] });
  });
});

describe('other records', () => {
  const asker = { identities: ['letsencrypt.org'], accountUrl: own } as const;

  it('say nothing of who may issue, wildcards and mail included', () => {
    const records = [record('iodef', 'mailto:a@b'), record('issuewild', ';'), record('issuemail', ';')];
    expect(caaAnswer(records, asker)).toEqual({ kind: 'silent' });
    expect(caaAnswer([record('policy', 'x')], asker)).toEqual({ kind: 'silent' });
  });

  it('are read in any letters, and may be critical where they are known', () => {
    expect(caaAnswer([record('ISSUE', 'letsencrypt.org', 128)], asker)).toEqual({
      kind: 'allowed',
      bound: false,
    });
  });

  it.each([128, 1, 255])('that nobody knows keep every CA away with the flags %d', flags => {
    const records = [record('issue', 'letsencrypt.org'), record('policy', 'x', flags)];
    expect(caaAnswer(records, asker)).toEqual({ kind: 'critical-tag', tag: 'policy' });
  });

  it('with a reserved flag are as without', () => {
    expect(caaAnswer([record('policy', 'x', 64)], asker)).toEqual({ kind: 'silent' });
  });
});
