import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-ca-behaviour.ts';
import { ownDir } from '../support/state-dir.ts';
import { type Bench, openBench } from './harness.ts';

/** 48 bytes, the first and last of which base64 and base64url write differently. */
const macKey = Buffer.from(`${'fbefbe'.repeat(15)}ffffff`, 'hex');

/** A CA that demands a binding and has given one out, and certd with the key in a file. */
async function boundBench({
  file = macKey.toString('base64url'),
  kid = 'kid-1',
  mode = 0o640,
  ...behaviour
}: Partial<Behaviour> & { file?: string; kid?: string; mode?: number } = {}) {
  const hmacKeyFile = join(ownDir(), 'eab.hmac');
  writeFileSync(hmacKeyFile, file, { mode });
  const bench = await openBench({
    eabRequired: true,
    eabKeys: new Map([['kid-1', macKey.toString('base64url')]]),
    ...behaviour,
  });
  const open = (given = kid) => bench.reopenAt({ eab: { kid: given, hmacKeyFile } });
  return { bench, hmacKeyFile, open, order: orderAt(await open(), bench) };
}

function orderAt(issuer: Bench['issuer'], { signal }: Bench) {
  return () => issuer.order({ domains: ['a.example'], replaces: null, profile: null }, signal);
}

const accountRequests = ({ requests }: Bench) => requests.filter(kind => kind === 'account').length;

describe('an external account binding', () => {
  it('takes no request more than an account without one', async () => {
    const { bench, order } = await boundBench();
    await order();
    expect(bench.requests).toEqual(['directory', 'nonce', 'account', 'order']);
    expect(bench.ca.accounts[0]?.payload).toMatchObject({
      termsOfServiceAgreed: true,
      contact: ['mailto:ops@example.com'],
    });
  });

  it.each([
    ['base64url and a newline', `${macKey.toString('base64url')}\n`],
    ['base64', macKey.toString('base64')],
    ['base64 with padding', `${macKey.subarray(0, 47).toString('base64')}\r\n`, macKey.subarray(0, 47)],
  ])('is good with a key in %s', async (_, file, key = macKey) => {
    const { bench, order } = await boundBench({
      file,
      eabKeys: new Map([['kid-1', key.toString('base64url')]]),
    });
    await order();
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('is not spent a second time where the answer to the first was lost', async () => {
    let lost = 0;
    const { bench, order } = await boundBench({
      dropAnswer: resource => resource === 'new-account' && lost++ === 0,
    });
    await expect(order()).rejects.toMatchObject({ code: 'ca-unreachable' });
    expect(accountRequests(bench)).toBe(1);
    await order();
    expect(accountRequests(bench)).toBe(2);
    expect(bench.ca.accounts).toHaveLength(1);
    expect(bench.store.registration?.url).toBe(bench.ca.accounts[0]?.url);
  });

  it('is not sent twice over a connection that was closed under it', async () => {
    const { bench, order } = await boundBench();
    await order();
    bench.ca.accounts.length = 0;
    bench.ca.behaviour.eabKeys.set('kid-1', macKey.toString('base64url'));
    let made = 0;
    bench.ca.behaviour.dropAnswer = resource =>
      resource === 'new-account' && bench.ca.accounts.length > 0 && made++ === 0;
    // The connection is an old one, over which every other request would be signed again.
    await expect(order()).rejects.toMatchObject({ code: 'ca-unreachable', facts: { staleConnection: true } });
    await order();
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('is spent at last where the request that would have spent it never came through', async () => {
    const { bench, order } = await boundBench({
      intercept: (resource, count) => (resource === 'new-account' && count === 1 ? { status: 502 } : null),
    });
    await expect(order()).rejects.toMatchObject({ code: 'ca-error' });
    await order();
    // Does the CA have the account of this key? It has not, and makes it.
    expect(accountRequests(bench)).toBe(3);
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('goes out again after a refused nonce, which has spent nothing', async () => {
    const { bench, order } = await boundBench({ badNonces: 1 });
    await order();
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('that is spent is eab-refused once the CA has forgotten the account, and a new one makes a new account', async () => {
    const { bench, open, order } = await boundBench();
    await order();
    bench.ca.accounts.length = 0;
    await expect(order()).rejects.toMatchObject({ code: 'eab-refused', retry: 'daily' });
    bench.ca.behaviour.eabKeys.set('kid-2', macKey.toString('base64url'));
    const again = await open('kid-2');
    await orderAt(again, bench)();
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it.each<[string, { kid?: string; file?: string }]>([
    ['a kid that the CA does not know', { kid: 'kid-9' }],
    ['another key', { file: Buffer.alloc(32, 7).toString('base64url') }],
  ])('with %s is eab-refused with the CA’s words and without the key', async (_, wrong) => {
    const { bench, order } = await boundBench(wrong);
    const error = await order().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'eab-refused',
      message: expect.stringMatching(/^The CA corp does not take .* kid kid-[19]: .*\((unauthorized)\)$/),
      facts: { request: 'account', status: 401 },
    });
    expect(JSON.stringify(error)).not.toContain(wrong.file ?? macKey.toString('base64url'));
    expect(bench.ca.accounts).toHaveLength(0);
  });

  it('whose file everybody may read is not sent', async () => {
    const { bench, order, hmacKeyFile } = await boundBench({ mode: 0o644 });
    await expect(order()).rejects.toMatchObject({
      code: 'eab-key-unusable',
      message: `The file of \`hmac_key_file\` ${hmacKeyFile} can be read by everybody on this host: chmod 0640.`,
    });
    expect(bench.requests).toEqual(['directory']);
  });

  it('is not needed for an account that is registered, nor is its file', async () => {
    const { bench, open, order } = await boundBench();
    await order();
    const again = await bench.reopenAt({ eab: { kid: 'kid-1', hmacKeyFile: '/nowhere/eab.hmac' } });
    await orderAt(again, bench)();
    await orderAt(await open(), bench)();
    expect(bench.ca.accounts).toHaveLength(1);
  });
});

describe('a CA that wants a binding, without one', () => {
  const meta = { externalAccountRequired: true };

  it('is told from its directory, and no account is asked for', async () => {
    const bench = await openBench({ eabRequired: true });
    bench.ca.behaviour.directory['meta'] = meta;
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'eab-required',
      retry: 'daily',
      message: expect.stringContaining('`cas.corp.eab`'),
    });
    expect(bench.requests).toEqual(['directory']);
  });

  it('is told from its refusal, where the directory says nothing', async () => {
    const bench = await openBench({ eabRequired: true });
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'eab-required',
      problemType: 'urn:ietf:params:acme:error:externalAccountRequired',
    });
  });

  it('is used all the same where it has the account already', async () => {
    const { bench, order } = await boundBench();
    bench.ca.behaviour.directory['meta'] = meta;
    await order();
    bench.store.registration = null;
    await orderAt(await bench.reopen(), bench)();
    expect((await bench.store.read())?.registration?.url).toBe(bench.ca.accounts[0]?.url);
  });

  it.each([null, 'yes', [], { externalAccountRequired: null }, { externalAccountRequired: 'false' }])(
    'is not seen in a meta of %j',
    async strange => {
      const bench = await openBench();
      bench.ca.behaviour.directory['meta'] = strange;
      await bench.order('a.example');
      expect(bench.requests).toContain('account');
    },
  );
});
