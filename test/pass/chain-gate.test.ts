import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type ChainGate, openChainGate } from '../../src/pass/chain-gate.ts';
import type { Roots } from '../../src/pass/trust.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

let root: TestCa;
let intermediate: TestCa;
let leaf: { pem: string; keyPem: string };

beforeAll(async () => {
  root = await makeCa('chain gate root');
  intermediate = await makeCa('chain gate intermediate', root);
  leaf = await makeLeaf(intermediate, { domains: ['a.example'] });
});

function withRoots(text: string) {
  const file = join(ownDir(), 'roots.pem');
  writeFileSync(file, text);
  return { file };
}

function ask(gate: ChainGate, roots: Roots, chain: readonly TestCa[] = [intermediate], host = 'a.example') {
  const fullchainPem = [leaf, ...chain].map(({ pem }) => pem).join('');
  return gate({ fullchainPem, keyPem: leaf.keyPem, host, roots });
}

it('trusts the roots of the file, among whatever else that says', async () => {
  const other = await makeCa('another root');
  const roots = withRoots(`# the roots of Example Corp.\n${other.pem}\nSubject: CN=…\n${root.pem}`);
  expect(await ask(openChainGate(), roots)).toBeNull();
});

it('trusts nothing beside them, and the system’s roots where there is no file', async () => {
  const gate = openChainGate();
  const untrusted = { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' };
  expect(await ask(gate, withRoots((await makeCa('another root')).pem))).toMatchObject(untrusted);
  expect(await ask(gate, 'system')).toMatchObject(untrusted);
});

it('does not complete a chain with an intermediate of the file: no client has that', async () => {
  const roots = withRoots(intermediate.pem + root.pem);
  expect(await ask(openChainGate(), roots, [])).toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
});

it('where any root will do, asks for a chain that holds together all the same', async () => {
  const gate = openChainGate();
  for (const chain of [[], [intermediate], [intermediate, root]]) {
    expect(await ask(gate, 'any', chain)).toBeNull();
  }
  const stranger = await makeCa('chain gate intermediate', root);
  expect(await ask(gate, 'any', [stranger])).toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
  const elsewhere = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', words: 'it is not for b.example' };
  expect(await ask(gate, 'any', [intermediate], 'b.example')).toEqual(elsewhere);
});

it('notices that the file has changed', async () => {
  const gate = openChainGate();
  const roots = withRoots((await makeCa('another root')).pem);
  expect(await ask(gate, roots)).not.toBeNull();
  writeFileSync(roots.file, root.pem);
  expect(await ask(gate, roots)).toBeNull();
  expect(await ask(gate, roots)).toBeNull();
});

it('makes no second handshake for the same bytes and roots, but a third', async () => {
  const gate = openChainGate();
  const roots = withRoots(root.pem);
  // Time enough for the first handshake, also where the machine gives the processor away for a second or two.
  const notAfter = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3000);
  const brief = await makeLeaf(intermediate, { domains: ['a.example'], notAfter });
  const candidate = { fullchainPem: brief.pem + intermediate.pem, keyPem: brief.keyPem, roots };
  const at = (host: string) => gate({ ...candidate, host });
  expect(await at('a.example')).toBeNull();
  await waitUntil('it has expired', () => (Date.now() > notAfter.getTime() + 1000 ? true : null));
  expect(await at('b.example')).not.toBeNull();
  expect(await at('a.example')).toBeNull();
  expect(await at('a.example')).toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  expect(await at('a.example')).toMatchObject({ code: 'CERT_HAS_EXPIRED' });
});

it.each([
  ['text without a certificate', () => 'no roots today', /: it holds no PEM certificate\.$/],
  [
    'a spoiled certificate',
    () => root.pem + root.pem.replace('MII', 'MXX'),
    /: it holds a certificate that cannot be parsed\.$/,
  ],
  [
    'an intermediate alone',
    () => intermediate.pem,
    /: it holds only certificates that another one signed\.$/,
  ],
])('refuses a file with %s, and names it', async (_, text, words) => {
  const roots = withRoots(text());
  const thrown = await ask(openChainGate(), roots).catch(error => error);
  expect(thrown).toMatchObject({ code: 'roots-unusable', message: expect.stringMatching(words) });
  expect(thrown.message).toContain(`The file of \`roots\` cannot be used: ${roots.file}`);
});

it('refuses a file that is not there, also one that was', async () => {
  const gate = openChainGate();
  const roots = withRoots(root.pem);
  expect(await ask(gate, roots)).toBeNull();
  rmSync(roots.file);
  await expect(ask(gate, roots)).rejects.toMatchObject({
    code: 'roots-unusable',
    message: `The file of \`roots\` cannot be used: open failed with ENOENT: ${roots.file}.`,
  });
});
