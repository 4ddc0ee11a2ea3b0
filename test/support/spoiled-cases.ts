import type { ErrorCode } from '../../src/core/catalogue.ts';
import type { CaAnswer, Spoil, SpoilRule } from './ca-proxy.ts';
import {
  both,
  byteByByte,
  cutAfter,
  cutBefore,
  cutInTheMiddle,
  endless,
  html,
  instead,
  late,
  problem,
  sameNonce,
  silence,
  withBody,
  withFields,
  withHeaders,
  withStatus,
} from './ca-spoils.ts';
import type { CaRequest } from './pebble-paths.ts';

/** One way in which a CA is spoiled, and what certd makes of it. */
export type SpoiledCase = {
  /** Also the name of the CA, and the first label of the certificate's domain. */
  readonly name: string;
  readonly rule: SpoilRule;
  /** What `status` says; null where the certificate comes all the same. */
  readonly code: ErrorCode | null;
  /** Whether the order is kept for the next attempt. */
  readonly keepsOrder: boolean;
  /** The most requests from the first spoiled one on, over half a minute with a look each second. */
  readonly most: number;
  /** How many newOrder requests until the certificate is there. */
  readonly orders: number;
};

type More = { readonly keeps?: true; readonly orders?: number; readonly times?: number };
type Kinds = CaRequest | readonly CaRequest[];

function fails(name: string, code: ErrorCode, most: number, kind: Kinds, spoil: Spoil, more: More = {}) {
  const { keeps: keepsOrder = false, orders = keepsOrder ? 1 : 2, ...which } = more;
  return { name, code, most, keepsOrder, orders, rule: { kind, spoil, ...which } };
}

/** All the same. */
function issues(name: string, most: number, kind: Kinds, spoil: Spoil, more: More = {}) {
  const { orders = 1, ...which } = more;
  return { name, code: null, most, keepsOrder: false, orders, rule: { kind, spoil, ...which } };
}

const placing = ['newAccount', 'newOrder'] as const;
const posts = [...placing, 'order', 'authorization', 'challenge', 'finalize', 'certificate'] as const;
const everything = [...posts, 'directory', 'newNonce', 'renewalInfo'] as const;

type Headers = CaAnswer['headers'];
const limited = (after: string) => problem('rateLimited', { status: 429, headers: { 'retry-after': after } });
const down = (after: string) => html(503, { 'retry-after': after });
const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
const to = (location: string) => withHeaders({ location });
const noNonce = withHeaders({ 'replay-nonce': undefined });
const stuck = (status: string, headers: Readonly<Record<string, string>> = {}) =>
  both(withFields({ status, certificate: undefined }), withHeaders(headers));
const redirect = (status: number, location: string) => instead(status, '', { location });
const badNonce = (headers: Headers) => problem('badNonce', { headers });
const relative = withHeaders(({ location }) => ({ location: new URL(String(location)).pathname }));
const alreadyReplaced: Spoil = (askCa, request) =>
  request.payload?.['replaces'] === undefined
    ? askCa()
    : problem('alreadyReplaced', { status: 409 })(askCa, request);
const withToken = (token: string) =>
  withFields(({ challenges }) => ({
    challenges: [challenges].flat().map(each => ({ ...Object(each), token })),
  }));
const unheardOf = withFields(({ challenges }) => ({
  challenges: [{ type: 'unheard-of-01', status: 'pending' }, ...[challenges].flat()],
}));
// As Boulder answers (its `wfe2/wfe.go`).
const paused = problem('rateLimited', {
  status: 429,
  fields: {
    detail:
      'Your account is temporarily prevented from requesting certificates for order-paused.spoiled.test. Please visit: https://ca.test/sfe/v1/unpause?jwt=a.b.c',
  },
});
const turned = withBody(pem =>
  pem
    .split(/(?<=END CERTIFICATE-----\n)/)
    .reverse()
    .join(''),
);
const backwards = { start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' };

/** Spoiled from the start, when there is neither account nor authorization. */
export const firstCases: readonly SpoiledCase[] = [
  // The registration in advance and the attempt share one request where they meet, and else each makes its own; with a
  // Retry-After the second keeps to it.
  fails('account-html', 'ca-error', 5, 'newAccount', html(500), { orders: 1 }),
  fails('account-busy', 'rate-limited', 3, 'newAccount', limited('7200'), { orders: 1 }),
  fails('account-unplaced', 'ca-malformed', 5, 'newAccount', withHeaders({ location: undefined }), {
    orders: 1,
  }),
  fails('account-elsewhere', 'ca-malformed', 5, 'newAccount', to('http://127.0.0.1/a'), { orders: 1 }),
  fails(
    'account-wants-eab',
    'eab-required',
    5,
    'newAccount',
    problem('externalAccountRequired', { status: 403 }),
    { orders: 1 },
  ),
  fails(
    'account-wants-terms',
    'account-refused',
    5,
    'newAccount',
    problem('userActionRequired', { status: 403 }),
    { orders: 1 },
  ),
  issues('account-cut', 14, 'newAccount', cutAfter, { times: 1 }),
  issues(
    'account-no-json',
    13,
    'newAccount',
    withBody(() => '{"status": '),
  ),
  issues('account-relative', 13, 'newAccount', relative),

  // Pebble takes one of a hundred valid authorizations over, whatever it is told: here is none yet.
  fails('order-gone', 'order-gone', 15, 'order', problem('malformed', { status: 404 }), { orders: 3 }),
  fails('order-invalid', 'order-gone', 18, 'order', stuck('invalid'), { orders: 3 }),
  fails(
    'authz-other',
    'ca-malformed',
    8,
    'authorization',
    withFields({ identifier: { type: 'dns', value: 'other.test' } }),
    { keeps: true },
  ),
  fails('authz-types', 'ca-malformed', 8, 'authorization', withFields({ identifier: 7 }), { keeps: true }),
  fails('authz-token', 'ca-malformed', 8, 'authorization', withToken('../../../etc/cron.d/x'), {
    keeps: true,
  }),
  fails('authz-empty', 'challenge-missing', 8, 'authorization', withFields({ challenges: null })),
  fails('authz-revoked', 'order-gone', 12, 'authorization', withFields({ status: 'revoked' }), { orders: 3 }),
  fails('authz-403', 'ca-refused', 8, 'authorization', problem('unauthorized', { status: 403 })),
  issues('authz-unknown', 13, 'authorization', unheardOf),
  fails('challenge-500', 'ca-error', 9, 'challenge', html(500), { keeps: true }),
  issues('challenge-cut', 15, 'challenge', cutAfter, { times: 1 }),
  issues(
    'challenge-no-json',
    13,
    'challenge',
    withBody(() => '{"'),
  ),
];

/** Spoiled at the first renewal, 70 days later: directory and nonces are asked for anew. */
export const renewalCases: readonly SpoiledCase[] = [
  fails('dir-html', 'ca-malformed', 4, 'directory', html(200), { orders: 1 }),
  fails('dir-down', 'ca-error', 4, 'directory', html(503), { orders: 1 }),
  fails('dir-down-until', 'ca-error', 4, 'directory', down(inAnHour), { orders: 1 }),
  fails('dir-busy', 'rate-limited', 4, 'directory', limited('3600'), { orders: 1 }),
  fails(
    'dir-no-json',
    'ca-malformed',
    4,
    'directory',
    withBody(body => body.slice(0, -9)),
    { orders: 1 },
  ),
  fails('dir-list', 'ca-malformed', 4, 'directory', instead(200, '[]'), { orders: 1 }),
  fails('dir-types', 'ca-malformed', 4, 'directory', withFields({ newNonce: 5, newOrder: null }), {
    orders: 1,
  }),
  fails('dir-circle', 'ca-malformed', 14, 'directory', redirect(302, '/dir'), { orders: 1 }),
  fails('dir-to-http', 'ca-malformed', 4, 'directory', redirect(301, 'http://127.0.0.1/dir'), { orders: 1 }),
  fails('dir-nowhere', 'ca-malformed', 4, 'directory', instead(302, ''), { orders: 1 }),
  fails(
    'dir-huge',
    'ca-malformed',
    4,
    'directory',
    withBody(body => body + ' '.repeat(2_000_000)),
    { orders: 1 },
  ),
  fails('dir-endless', 'ca-malformed', 4, 'directory', endless, { orders: 1 }),
  fails('dir-cut', 'ca-unreachable', 6, 'directory', cutBefore, { orders: 1 }),
  fails('dir-half', 'ca-unreachable', 6, 'directory', cutInTheMiddle, { orders: 1 }),
  issues('dir-moved', 14, 'directory', redirect(307, '/dir?moved'), { times: 1 }),
  issues('dir-null-meta', 13, 'directory', withFields({ meta: null, extra: { a: [1] } })),
  issues('dir-as-text', 13, 'directory', withHeaders({ 'content-type': 'text/html' })),

  fails('nonce-html', 'ca-malformed', 5, 'newNonce', html(404), { orders: 1 }),
  fails('nonce-none', 'ca-malformed', 5, 'newNonce', noNonce, { orders: 1 }),
  fails('nonce-storm', 'ca-error', 36, posts, badNonce({ 'replay-nonce': 'spoiled' }), { orders: 22 }),
  fails('nonce-bare-storm', 'ca-error', 50, posts, badNonce({}), { orders: 22 }),
  issues('nonce-missing', 22, posts, noNonce),
  issues('nonce-odd', 22, posts, withHeaders({ 'replay-nonce': 'not base64 %%' })),
  issues('nonce-again', 26, posts, sameNonce()),

  fails('order-busy', 'rate-limited', 6, 'newOrder', limited('3600')),
  fails('order-busy-until', 'rate-limited', 6, 'newOrder', limited(inAnHour)),
  fails('order-paused', 'identifier-paused', 6, 'newOrder', paused),
  fails('order-busy-year', 'rate-limited', 6, 'newOrder', limited('31536000')),
  // Those that could be about `replaces` are asked for once more without it, now or once it was replaced.
  fails('order-refused', 'account-refused', 7, 'newOrder', problem('unauthorized', { status: 403 }), {
    orders: 3,
  }),
  fails('order-500', 'ca-error', 7, 'newOrder', html(500), { orders: 3 }),
  fails('order-unplaced', 'ca-malformed', 6, 'newOrder', withHeaders({ location: undefined })),
  fails('order-elsewhere', 'ca-malformed', 6, 'newOrder', to('http://127.0.0.1/o')),
  fails(
    'order-no-json',
    'ca-malformed',
    6,
    'newOrder',
    withBody(() => '<order/>'),
  ),
  fails('order-types', 'ca-malformed', 6, 'newOrder', withFields({ authorizations: 5 })),
  fails('order-cut', 'ca-unreachable', 7, 'newOrder', cutAfter, { orders: 3 }),
  fails(
    'order-lost-authz',
    'ca-unreachable',
    7,
    'newOrder',
    // Pending, for Pebble takes one of a hundred valid authorizations over and has nothing to ask for then.
    withFields({ status: 'pending', authorizations: ['https://127.0.0.1:1/x'] }),
    { keeps: true },
  ),
  issues('order-cut-once', 14, 'newOrder', cutAfter, { times: 1, orders: 2 }),
  issues('order-no-account', 14, 'newOrder', problem('accountDoesNotExist'), { times: 1, orders: 2 }),
  issues('order-replaced', 14, 'newOrder', alreadyReplaced, { orders: 2 }),
  issues('order-relative', 13, 'newOrder', relative),
  issues('order-200', 13, 'newOrder', withStatus(200)),
  issues('slow', 13, everything, byteByByte),
  issues('late', 13, everything, late(700)),

  fails('order-processing', 'issue-timeout', 22, ['order', 'finalize'], stuck('processing'), { keeps: true }),
  fails(
    'order-processing-ten',
    'issue-timeout',
    13,
    ['order', 'finalize'],
    stuck('processing', { 'retry-after': '600' }),
    { keeps: true },
  ),
  fails(
    'order-processing-now',
    'issue-timeout',
    22,
    ['order', 'finalize'],
    stuck('processing', { 'retry-after': '0' }),
    { keeps: true },
  ),
  fails('order-pending', 'issue-timeout', 22, 'order', stuck('pending'), { keeps: true }),
  fails('order-pending-year', 'issue-timeout', 10, 'order', stuck('pending', { 'retry-after': '31536000' }), {
    keeps: true,
  }),
  fails('order-status', 'ca-malformed', 10, 'order', withFields({ status: 'fine' }), { keeps: true }),
  fails('order-html', 'ca-malformed', 10, 'order', html(200), { keeps: true }),
  fails('order-moved', 'ca-malformed', 10, 'order', redirect(301, '/elsewhere'), { keeps: true }),

  fails('finalize-csr', 'csr-refused', 11, 'finalize', problem('badCSR')),
  fails('finalize-caa', 'caa-forbids', 11, 'finalize', problem('caa', { status: 403 })),
  fails('finalize-not-ready', 'issue-timeout', 32, 'finalize', problem('orderNotReady', { status: 403 }), {
    keeps: true,
  }),
  fails('finalize-down', 'ca-error', 11, 'finalize', down('120'), { keeps: true }),
  fails('finalize-busy', 'rate-limited', 11, 'finalize', limited('7200'), { keeps: true }),
  fails('finalize-silent', 'ca-timeout', 11, 'finalize', silence, { keeps: true }),
  issues('finalize-cut', 15, 'finalize', cutAfter, { times: 1 }),

  fails('cert-html', 'ca-malformed', 13, 'certificate', html(200), { keeps: true }),
  fails(
    'cert-junk',
    'ca-malformed',
    13,
    'certificate',
    withBody(pem => `${pem}and more`),
    { keeps: true },
  ),
  fails(
    'cert-huge',
    'ca-malformed',
    13,
    'certificate',
    withBody(pem => pem.repeat(1000)),
    { keeps: true },
  ),
  fails('cert-turned', 'gate-refused', 13, 'certificate', turned, { orders: 3 }),
  issues('cert-half', 14, 'certificate', cutInTheMiddle, { times: 1 }),
  issues(
    'cert-windows',
    13,
    'certificate',
    withBody(pem => pem.replaceAll('\n', '\r\n')),
  ),

  // Without renewal information a certificate is renewed all the same.
  issues('ari-html', 13, 'renewalInfo', html(200)),
  issues('ari-500', 13, 'renewalInfo', html(500)),
  issues('ari-backwards', 13, 'renewalInfo', withFields({ suggestedWindow: backwards })),
  issues('ari-silent', 13, 'renewalInfo', silence),
];
