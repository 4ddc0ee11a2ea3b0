import { describe, expect, it } from 'vitest';
import { caaFindings } from '../../../src/doctor/names/caa-findings.ts';
import type { CaaLook, SeenCa } from '../../../src/doctor/names/seen-names.ts';
import { makeChoice, makeTarget } from '../../support/make-observed.ts';
import { makeCa, makeLook, makeSeenNames } from '../../support/make-seen-names.ts';

const bound = 'letsencrypt.org; accounturi=https://ca.test/account/1';
const none = { kind: 'none' } as const;

/** What the `issue` records of `example` with these values come to for `a.example`. */
function caa(values: readonly string[] | CaaLook, ca: Partial<SeenCa> = {}, { isSecond = false } = {}) {
  const look: CaaLook =
    'kind' in values
      ? values
      : { kind: 'found', at: 'example', records: values.map(value => ({ flags: 0, tag: 'issue', value })) };
  const first = makeCa({
    name: 'first',
    account: none,
    caa: { identities: ['first.example'], obeysParameters: true },
  });
  const cas = new Map([first, makeCa(ca)].map(each => [each.name, each]));
  const choices = [makeChoice()] as const;
  const target = makeTarget({ cas: isSecond ? [makeChoice({ name: 'first' }), ...choices] : choices });
  const names = new Map([['a.example', makeLook({ caa: look })]]);
  return caaFindings(makeSeenNames({ targets: [target], cas, names })).slice(isSecond ? 1 : 0)[0];
}

describe('no CAA record', () => {
  it('is ok, with what would be better where there is an account', () => {
    expect(caa(none)).toMatchObject({
      check: 'caa',
      status: 'ok',
      message: `no CAA record: any CA may issue; to let only this account: CAA 0 issue "${bound}"`,
      cure: null,
    });
    expect(caa(none, { account: none })?.message).toBe('no CAA record: any CA may issue');
    expect(caa(none, { caa: null })?.status).toBe('ok');
  });
});

describe('CAA records', () => {
  it('that let the CA issue are ok, with what would be better', () => {
    expect(caa(['letsencrypt.org'])).toMatchObject({
      status: 'ok',
      message: `the CAA records at example let main issue; to let only this account: CAA 0 issue "${bound}"`,
    });
    expect(caa([bound])).toMatchObject({
      status: 'ok',
      message: 'the CAA records at example let this account of main issue',
    });
  });

  it('that let only others issue are critical, and the cure is the record to add', () => {
    expect(caa(['sectigo.com'])).toMatchObject({
      status: 'critical',
      message: 'the CAA records at example let only sectigo.com issue, not main',
      cure: `Add to the zone: example. CAA 0 issue "${bound}"`,
    });
    expect(caa([';'], { account: none })).toMatchObject({
      message: 'the CAA records at example let nobody issue, not main',
      cure: 'Add to the zone: example. CAA 0 issue "letsencrypt.org"',
    });
    expect(caa(['sectigo.com'], {}, { isSecond: true })?.status).toBe('warning');
  });

  it('for another account are critical at a CA that says it obeys, and a warning at others', () => {
    const other = ['letsencrypt.org; accounturi=https://ca.test/account/7'];
    expect(caa(other)).toMatchObject({
      status: 'critical',
      message:
        'the CAA records at example let only the account https://ca.test/account/7 of main issue, and that of this host is another one',
      cure: `Add to the zone: example. CAA 0 issue "${bound}"`,
    });
    const lax = { identities: ['letsencrypt.org'], obeysParameters: false } as const;
    expect(caa(other, { caa: lax })?.status).toBe('warning');
    expect(caa(other, { account: none })).toMatchObject({
      status: 'critical',
      cure: expect.stringContaining('example. CAA 0 issue "letsencrypt.org"; `certd account show`'),
    });
    expect(caa(other, { account: { kind: 'unreadable' } })?.status).toBe('unknown');
  });

  it('for another way to validate are the same', () => {
    const other = ['letsencrypt.org; validationmethods=dns-01'];
    expect(caa(other)).toMatchObject({
      status: 'critical',
      message: 'the CAA records at example let main validate by dns-01, and certd does by http-01',
    });
    expect(caa(other, {}, { isSecond: true })?.status).toBe('warning');
  });

  it('that nobody may pass over are critical', () => {
    const records = [{ flags: 128, tag: 'policy', value: 'x' }];
    expect(caa({ kind: 'found', at: 'example', records })).toMatchObject({
      status: 'critical',
      cure: 'Remove that record at example, or its flag.',
    });
  });

  it('are unknown to a CA that is not built in', () => {
    expect(caa(['letsencrypt.org'], { caa: null })).toMatchObject({
      status: 'unknown',
      cure: 'Compare them with what `certd account show --ca main` says.',
    });
  });

  it('that the name server does not give are not known', () => {
    expect(caa({ kind: 'failed', at: 'example', why: 'SERVFAIL' })?.status).toBe('warning');
    expect(caa({ kind: 'failed', at: 'example', why: 'silence' })).toMatchObject({
      status: 'unknown',
      message: 'the CAA records of example are not known (silence)',
    });
  });
});

it('IP addresses have no CAA records', () => {
  const targets = [makeTarget({ domains: ['9.9.9.10'] })];
  const names = new Map([['9.9.9.10', makeLook({ caa: null })]]);
  expect(caaFindings(makeSeenNames({ targets, names }))).toEqual([]);
});
