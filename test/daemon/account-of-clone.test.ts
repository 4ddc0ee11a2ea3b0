import { describe, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import type { AccountCare } from '../../src/core/ports.ts';
import { accountRequest } from '../../src/daemon/account-request.ts';
import { type AccountWish, runAccount } from '../../src/daemon/run-account.ts';
import { passHost } from '../pass/pass-host.ts';
import { copy, isOnDisk, issuedOnOriginal, original, recordOf, startOn } from '../support/cloned-host.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeConfig } from '../support/make-config.ts';

const hold: Target = { ...target, onClone: 'hold' };

/** What a person asks for, on a host that says this of itself. `asked`: what the CA has heard. */
function askOn(host: CrashHost, facts: typeof copy, wish: AccountWish, asked: string[] = []) {
  const care: AccountCare = {
    show: async () => null,
    rollOver: async () => void asked.push('rollover'),
    deactivate: async () => {
      asked.push('deactivate');
      return '';
    },
  };
  const account = async () => {
    asked.push('account');
    return 'https://ca.test/account/2';
  };
  return startOn(host, facts, [hold], parts => {
    const issuerFor = () => ({ ...host.issuer, account });
    return runAccount(makeConfig([hold]), { ...parts, accountFor: () => care, issuerFor }, wish);
  });
}

const every = (action: AccountWish['action']): AccountWish => ({ action, ca: null });

describe('on a copy that waits', () => {
  it.each(['rollover', 'deactivate'] as const)('%s would hit the account of the other host', async action => {
    const host = await passHost();
    await issuedOnOriginal(host, [hold]);
    const asked: string[] = [];
    await expect(askOn(host, copy, every(action), asked)).rejects.toMatchObject({
      code: 'host-changed',
      message: expect.stringContaining('its machine-id was aaaa'),
    });
    expect(asked).toEqual([]);
    expect(await askOn(host, copy, every('show'))).toMatchObject({ host: null, accounts: [{ ca: 'main' }] });
  });

  it('keep makes it this host’s account, which may be changed', async () => {
    const host = await passHost();
    await issuedOnOriginal(host, [hold]);
    const asked: string[] = [];
    expect(await askOn(host, copy, every('keep'), asked)).toEqual({ host: 'kept', accounts: [], pass: null });
    expect(asked).toEqual([]);
    expect(recordOf(host)).toEqual({ facts: copy, change: null, copied: [] });
    await askOn(host, copy, every('rollover'), asked);
    expect(asked).toEqual(['rollover']);
  });

  it('replace removes the copy, has a new account and issues anew at once; before that ends it is too late to keep', async () => {
    const host = await passHost();
    const account = await issuedOnOriginal(host, [hold]);
    const asked: string[] = [];
    expect(await askOn(host, copy, every('replace'), asked)).toMatchObject({
      host: 'replaced',
      accounts: [{ ca: 'main', error: null }],
      pass: { results: [{ name: 'crash.test', error: null }] },
    });
    expect(asked).toContain('account');
    expect(host.issuer.orders).toHaveLength(2);
    expect(isOnDisk(host, account)).toBe(false);
    expect(await askOn(host, copy, every('keep'))).toMatchObject({ host: 'unchanged' });
    host.issuer.refuse('crash.test', new CertdError('ca-error', 'not today'));
    await askOn(host, copy, every('replace'));
    await expect(askOn(host, copy, every('keep'))).rejects.toMatchObject({ code: 'host-changed' });
  });
});

it('keep without a question changes nothing', async () => {
  const host = await passHost();
  await issuedOnOriginal(host, [hold]);
  expect(await askOn(host, original, every('keep'))).toEqual({ host: 'unchanged', accounts: [], pass: null });
});

it.each(['keep', 'replace'] as const)('%s is about every CA', async action => {
  const host = await passHost();
  await expect(askOn(host, original, { action, ca: 'main' })).rejects.toMatchObject({
    code: 'usage',
    message: `\`certd account ${action}\` is about every CA: leave --ca out`,
  });
  expect(accountRequest({ action, ca: null })).toEqual({ action, ca: null });
});
