import { Duplex, duplexPair } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { handshake } from '../../src/x509/handshake.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { tryHandshake } from '../../src/x509/try-handshake.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const minute = 60_000;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute);

let root: TestCa;
let intermediate: TestCa;
let leaf: { pem: string; keyPem: string };

beforeAll(async () => {
  root = await makeCa('handshake root');
  intermediate = await makeCa('handshake intermediate', root);
  const domains = ['example.com', '192.0.2.7'];
  leaf = await makeLeaf(intermediate, { domains, usages: [serverAuth, clientAuth] });
});

const trusting = (...roots: readonly TestCa[]) => createSecureContext({ ca: roots.map(({ pem }) => pem) });

/** The fault of a set that is the good one but for what is changed. */
function attempt({
  chain = [intermediate],
  keyPem = leaf.keyPem,
  pem = leaf.pem,
  host = 'example.com',
  trusted = [root],
}: {
  readonly chain?: readonly TestCa[];
  readonly keyPem?: string;
  readonly pem?: string;
  readonly host?: string;
  readonly trusted?: readonly TestCa[];
} = {}) {
  const fullchainPem = [pem, ...chain.map(each => each.pem)].join('');
  return tryHandshake({ fullchainPem, keyPem }, { host, trust: trusting(...trusted) });
}

describe('a handshake in memory', () => {
  it('succeeds with the whole chain, and with the root in it', async () => {
    expect(await attempt()).toBeNull();
    expect(await attempt({ chain: [intermediate, root] })).toBeNull();
  });

  it.each(['ecdsa-p384', 'rsa-2048', 'rsa-4096'] as const)(
    'succeeds with a key of type %s',
    async keyType => {
      expect(await attempt(await makeLeaf(intermediate, { domains: ['example.com'], keyType }))).toBeNull();
    },
  );

  it('succeeds with the leaf alone where the root itself signed it', async () => {
    const straight = await makeLeaf(root, { domains: ['example.com'] });
    expect(await attempt({ ...straight, chain: [] })).toBeNull();
  });

  it('misses an intermediate that did not come with the leaf', async () => {
    expect(await attempt({ chain: [] })).toEqual({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      words:
        'no trusted root signed the leaf, and no intermediate certificate came with it: the certificate of handshake intermediate is missing',
    });
  });

  it('names what is missing in so many words and no more, whatever it calls itself', async () => {
    const name = 'x'.repeat(5000);
    const chatty = await makeCa(`CN=a\u001b[2J${name}`);
    const { pem, keyPem } = await makeLeaf(chatty, { domains: ['example.com'] });
    const fault = await attempt({ pem, keyPem, chain: [] });
    expect(fault?.words).toMatch(/: the certificate of a \[2Jx{59}… is missing$/);
    const nameless = await makeCa('C=DE');
    const other = await makeLeaf(nameless, { domains: ['example.com'] });
    expect((await attempt({ ...other, chain: [] }))?.words).toBe(
      'no trusted root signed the leaf, and no intermediate certificate came with it',
    );
  });

  it('does not trust a root that is not among those given', async () => {
    const trusted = [await makeCa('another root')];
    expect(await attempt({ trusted })).toEqual({
      code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      words: 'the chain leads to no trusted root: the certificate of handshake root is missing',
    });
    expect(await attempt({ trusted, chain: [intermediate, root] })).toEqual({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      words: 'the root at the end of the chain is not trusted',
    });
    const own = await makeLeaf(root, { domains: ['example.com'] });
    expect(await attempt({ ...own, chain: [root], trusted })).toMatchObject({
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
    });
  });

  it('does not take an intermediate for a root', async () => {
    expect(await attempt({ trusted: [intermediate] })).toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT' });
  });

  it('finds another name wrong, and another address', async () => {
    expect(await attempt({ host: 'www.example.com' })).toEqual({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      words: 'it is not for www.example.com',
    });
    expect(await attempt({ host: '192.0.2.8' })).toEqual({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      words: 'it is not for 192.0.2.8',
    });
    expect(await attempt({ host: '192.0.2.7' })).toBeNull();
  });

  it('finds the key of another certificate wrong, and says nothing of either key', async () => {
    expect(await attempt({ keyPem: await generateKey('ecdsa-p256') })).toEqual({
      code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
      words: 'the private key does not belong to the leaf',
    });
  });

  it('finds a certificate that is not for servers wrong', async () => {
    const forClients = await makeLeaf(intermediate, { domains: ['example.com'], usages: [clientAuth] });
    expect(await attempt(forClients)).toEqual({
      code: 'INVALID_PURPOSE',
      words: 'a certificate of the chain is not allowed for TLS servers (extended key usage)',
    });
  });

  it('finds a leaf and an intermediate expired by the real clock, and a leaf early', async () => {
    const domains = ['example.com'];
    const dates = { notBefore: inMinutes(-60), notAfter: inMinutes(-1) };
    const late = { code: 'CERT_HAS_EXPIRED', words: 'a certificate of the chain, or its root, has expired' };
    expect(await attempt(await makeLeaf(intermediate, { domains, ...dates }))).toEqual(late);
    const old = await makeCa('old intermediate', root, dates);
    expect(await attempt({ ...(await makeLeaf(old, { domains })), chain: [old] })).toEqual(late);
    const early = await makeLeaf(intermediate, {
      domains,
      notBefore: inMinutes(10),
      notAfter: inMinutes(60),
    });
    expect(await attempt(early)).toEqual({
      code: 'CERT_NOT_YET_VALID',
      words: 'a certificate of the chain is not valid yet by the clock of this host',
    });
  });

  it('finds a signature by somebody else of the same name wrong', async () => {
    const forged = await makeCa('handshake intermediate', await makeCa('handshake root'));
    const { pem, keyPem } = await makeLeaf(forged, { domains: ['example.com'], withoutAki: true });
    expect(await attempt({ pem, keyPem })).toMatchObject({ code: 'CERT_SIGNATURE_FAILURE' });
  });
});

describe('a client', () => {
  it.each([
    ['example.com', 'example.com'],
    ['192.0.2.7', null],
  ])('asked for %s names %s in the handshake', async (host, named) => {
    const [near, far] = duplexPair();
    const secureContext = createSecureContext({ cert: leaf.pem + intermediate.pem, key: leaf.keyPem });
    const server = new TLSSocket(near, { isServer: true, secureContext });
    expect(await handshake(far, { host, trust: trusting(root) })).toMatchObject({
      kind: 'completed',
      fault: null,
    });
    expect('servername' in server && server.servername).toBe(named);
  });

  it('waits for nobody where the other side speaks something else, ends, or breaks', async () => {
    const expected = { host: 'example.com', trust: trusting(root) };
    const [near, far] = duplexPair();
    near.end('220 mail.example.com ESMTP\r\n');
    expect(await handshake(far, expected)).toEqual({
      kind: 'failed',
      fault: { code: 'ERR_SSL_WRONG_VERSION_NUMBER', words: 'what answers there does not speak TLS' },
    });
    const [silent, heard] = duplexPair();
    silent.end();
    expect(await handshake(heard, expected)).toEqual({
      kind: 'failed',
      fault: {
        code: 'ECONNRESET',
        words: 'the connection was closed before the handshake was complete',
      },
    });
    const broken = new Duplex({ read() {}, write: () => broken.destroy(new Error('cable')) });
    expect(await handshake(broken, expected)).toEqual({
      kind: 'failed',
      fault: { code: 'unknown', words: 'no TLS client gets through to it' },
    });
  });
});
