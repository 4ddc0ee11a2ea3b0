import { expect, it } from 'vitest';
import { verifyText } from '../../src/commands/verify-text.ts';
import type { Endpoint, ServedRecord } from '../../src/core/endpoint.ts';
import { CertdError } from '../../src/core/errors.ts';
import { type Verified, verifyDocument } from '../../src/core/status/verify-document.ts';
import { expectGolden } from '../support/golden.ts';
import { at, day, makeEndpoint, makeServed } from '../support/make-observed.ts';

const now = at('2026-03-05T12:00Z');
const live = { fingerprintSha256: '11223344'.repeat(8), lifetimeMs: 90 * day };

type Look = { readonly endpoint: Partial<Endpoint>; readonly record: Partial<ServedRecord> };

function verified(name: string, looks: readonly Look[]): Verified {
  const endpoints = looks.map(({ endpoint }) => makeEndpoint({ serverName: name, ...endpoint }));
  const served = endpoints.map(({ connect, serverName }, index) =>
    makeServed({ connect, serverName, notAfter: at('2026-05-02'), ...looks[index]?.record }),
  );
  return { name, endpoints, live, served, error: null };
}

const other = 'it presents another certificate (SHA-256 aabbccdd…, ends 2026-03-07T00:00:00.000Z)';
const missing =
  'no trusted root signed the leaf, and no intermediate certificate came with it: the certificate of R11 is missing (UNABLE_TO_VERIFY_LEAF_SIGNATURE)';

const some = [
  verified('www.example', [
    { endpoint: {}, record: {} },
    { endpoint: { connect: '[2001:db8::1:2:3]:443' }, record: {} },
  ]),
  verified('mail.example', [
    {
      endpoint: { connect: 'mail.example:25' },
      record: { state: 'stale', detail: other, notAfter: at('2026-03-07') },
    },
    { endpoint: { connect: '127.0.0.1:993' }, record: { state: 'untrusted', detail: missing } },
    {
      endpoint: { connect: '127.0.0.1:5432', serverName: 'db.mail.example' },
      record: { state: 'unreachable', detail: 'nothing listens there (ECONNREFUSED)', notAfter: null },
    },
  ]),
  {
    ...verified('new.example', [{ endpoint: {}, record: {} }]),
    live: null,
    served: [],
    error: new CertdError('roots-unusable', 'The file of `roots` cannot be used: /etc/x.pem.'),
  },
  verified('none.example', []),
];

const documentOf = (all: readonly Verified[]) =>
  verifyDocument(all, { version: '0.1.0', now, thresholds: { critical: 0.05 } });

it.each([60, 80, 160])('shows what every endpoint presents on %d columns', width => {
  expectGolden(`verify-${width}.txt`, verifyText(documentOf(some), { width, color: false }, false));
});

it('makes a block of each endpoint where there is no room for a table', () => {
  const name = `${'long.'.repeat(12)}example`;
  const text = verifyText(
    documentOf([verified(name, [{ endpoint: {}, record: {} }])]),
    { width: 60, color: false },
    false,
  );
  expect(text.split('\n').slice(3)).toEqual([name, '  127.0.0.1:443', `  ${name}`, '  match', '']);
});

const many = Array.from({ length: 30 }, (_, index) =>
  verified(`host-${index}.example`, [
    { endpoint: {}, record: index === 7 ? { state: 'stale', detail: other } : {} },
  ]),
);

it('of many shows those that do not present what they should, and all that were asked for by name', () => {
  const text = (named: boolean) => verifyText(documentOf(many), { width: 120, color: false }, named);
  expect(text(false)).toBe(
    `WARNING: 29 of 30 endpoints present what is live, of 30 certificates (certd 0.1.0)

CERTIFICATE     ENDPOINT       ASKED FOR       STATE  ENDS
host-7.example  127.0.0.1:443  host-7.example  stale  in 57d

! host-7.example: endpoint-stale: 127.0.0.1:443 (host-7.example): it presents another certificate (SHA-256 aabbccdd…,
    ends 2026-03-07T00:00:00.000Z)

and 29 more that present it; certd verify NAME shows them
`,
  );
  expect(text(true).match(/^host-/gm)).toHaveLength(30);
});

it('says that there is nothing to look at', () => {
  const text = verifyText(documentOf([verified('none.example', [])]), { width: 120, color: false }, true);
  expect(text).toBe(
    'UNKNOWN: there is nothing to look at: `deploy.verify` declares no endpoint (certd 0.1.0)\n',
  );
});

it('has color on a terminal alone, and lets nothing of others act on it', () => {
  const document = documentOf([
    verified('a.example', [{ endpoint: {}, record: { state: 'untrusted', detail: 'of \u001b[2JR11' } }]),
  ]);
  const plain = verifyText(document, { width: 80, color: false }, false);
  expect(plain).toContain('! a.example: endpoint-untrusted: 127.0.0.1:443 (a.example): of [2JR11\n');
  expect(plain).not.toContain('\u001b');
  expect(verifyText(document, { width: 80, color: true }, false)).toContain(
    '\u001b[31mCRITICAL\u001b[0m: 0 of 1',
  );
});
