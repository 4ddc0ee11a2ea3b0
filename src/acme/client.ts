import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import acme from 'acme-client';
import { CertdError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { loopTurn } from '../host/loop-turn.ts';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import { refusal } from './problem.ts';
import { decodeProblem, leadingName } from './problem-document.ts';
import type { RequestKind } from './request-kind.ts';
import { isStaleConnection } from './transport-error.ts';

type SignedRequest = {
  readonly kind: RequestKind;
  readonly url: string;
  /** Null is a POST-as-GET (RFC 8555 §6.3). */
  readonly payload: Readonly<Record<string, unknown>> | null;
  readonly accept: readonly number[];
  /** External account binding of a newAccount (§7.3.4), by HS256; `macKey` in base64url. */
  readonly binding?: Binding;
  /** Not to be signed again over a closed connection: whoever sends it asks first what became of it. */
  readonly once?: true;
};

type Binding = { readonly kid: string; readonly macKey: string };

/** Signs with one key: an account's, or for a revocation that of the certificate. */
export type Signer = {
  /** Throws what the transport throws, and the typed error of any status outside `accept`. */
  post(request: SignedRequest, signal: AbortSignal): Promise<Answer>;
  /** RFC 8555 §8.1. */
  keyAuthorization(token: string): Promise<string>;
};

type Account = { readonly keyPem: string; readonly url: string | null };

type ParsedKey = { readonly key: KeyObject; readonly jwk: object };

/** Once for all requests: acme-client would parse the PEM text three times for each. */
function parsed(keyPem: string): ParsedKey {
  return { key: createPrivateKey(keyPem), jwk: jwkOf(keyPem) };
}

/** The public key; its members are in the order that the thumbprint is over (RFC 7638 §3). */
function jwkOf(keyPem: string): object {
  const jwk = createPublicKey(keyPem).export({ format: 'jwk' });
  return Object.fromEntries(Object.entries(jwk).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

// With half of all good nonces refused, one request in two million still fails: of a thousand certificates none.
const maxBadNonces = 20;

/** `account.url` null: requests carry the key itself, as only newAccount and revokeCert may (§6.2). */
export function openSigner(connection: Connection, account: Account, clock: Clock): Signer {
  const signing = { ...account, ...parsed(account.keyPem) };
  return {
    async post(request, signal) {
      await loopTurn();
      const answer = await postSigned(connection, signing, request, signal);
      if (request.accept.includes(answer.status)) return answer;
      throw refusal(answer, request.kind, clock.now());
    },
    keyAuthorization: token => internalsOf(signing).getChallengeKeyAuthorization({ type: 'http-01', token }),
  };
}

/** RFC 7638, as the CA computes it for key authorizations; of a private key or a public one. */
export function thumbprintOf(keyPem: string): string {
  return createHash('sha256')
    .update(JSON.stringify(jwkOf(keyPem)))
    .digest('base64url');
}

/** The payload of a keyChange at `url` (§7.3.5): signed by the new key, over the account and the old one. */
export function keyChangePayload(
  url: string,
  account: { readonly url: string; readonly keyPem: string },
  nextKeyPem: string,
): Readonly<Record<string, unknown>> {
  const payload = { account: account.url, oldKey: jwkOf(account.keyPem) };
  const signing = { keyPem: nextKeyPem, url: null, ...parsed(nextKeyPem) };
  return internalsOf(signing).http.createSignedBody(url, payload);
}

/**
 * A server may close a kept-alive connection just as a request goes out. It is then signed again with a
 * fresh nonce, once: should the first have been read all the same, newAccount and POST-as-GET repeat
 * without effect, newOrder leaves an order that expires, a second revocation is refused as one that is done,
 * and a second challenge or finalize by state, which those steps look up.
 */
async function postSigned(
  connection: Connection,
  account: Account & ParsedKey,
  request: SignedRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const bound = bind(connection, account, request, signal);
  const options = {
    includeJwsKid: account.url !== null,
    includeExternalAccountBinding: request.binding !== undefined,
  };
  // A copy, since acme-client writes the binding into it.
  const payload = request.payload === null ? null : { ...request.payload };
  const sign = () => bound.api.apiRequest(request.url, payload, [], options);
  try {
    return await sign();
  } catch (error) {
    if (!isStaleConnection(error) || request.once === true) throw error;
    return await sign();
  }
}

/** One acme-client for one request: its methods take no signal, so the signal lives in its overrides. */
function bind(
  connection: Connection,
  account: Account & ParsedKey,
  { kind, binding }: SignedRequest,
  signal: AbortSignal,
): Internals {
  const client = internalsOf(account);
  if (binding !== undefined) {
    client.http.externalAccountBinding = { kid: binding.kid, hmacKey: binding.macKey };
  }
  client.http.maxBadNonceRetries = maxBadNonces;
  let used: string | undefined;
  client.http.getNonce = async () => {
    used = await connection.takeNonce(signal);
    return used;
  };
  client.http.request = async (url, method, { data }) => {
    if (method !== 'post')
      throw new CertdError('internal-error', `acme-client sends a ${method} of its own.`);
    const sent = await connection.send(kind, { method: 'POST', url, body: JSON.stringify(data) }, signal);
    // One that comes back is spent: a cache on the way may have kept it.
    const answer = sent.headers['replay-nonce'] === used ? withoutNonce(sent) : sent;
    const fresh = answer.headers['replay-nonce'];
    // acme-client signs again with the nonce of a badNonce answer: it must not be handed out twice (§6.5).
    if (isBadNonce(answer)) used = fresh;
    else connection.nonces.put(fresh);
    return answer;
  };
  return client;
}

function withoutNonce(answer: Answer): Answer {
  const { 'replay-nonce': _, ...headers } = answer.headers;
  return { ...answer, headers };
}

function isBadNonce(answer: Answer): boolean {
  const problem = answer.status === 400 ? decodeProblem(answer.data) : null;
  return problem !== null && leadingName(problem) === 'badNonce';
}

/** What acme-client 5.4.0 has and its typings leave out (src/http.js, src/api.js). */
type Internals = {
  readonly http: {
    accountKey: KeyObject;
    jwk: object;
    maxBadNonceRetries: number;
    externalAccountBinding: { readonly kid: string; readonly hmacKey: string };
    getNonce: () => Promise<string>;
    request: (url: string, method: string, options: { data: unknown }) => Promise<Answer>;
    /** A JWS with the key itself in its header and without a nonce. */
    createSignedBody(url: string, payload: object): Readonly<Record<string, unknown>>;
  };
  readonly api: {
    /** An empty list of valid codes: every status is an answer, so that problem documents survive. */
    apiRequest(
      url: string,
      payload: Readonly<Record<string, unknown>> | null,
      validStatusCodes: readonly number[],
      options: { includeJwsKid: boolean; includeExternalAccountBinding: boolean },
    ): Promise<Answer>;
  };
  getChallengeKeyAuthorization(challenge: { type: 'http-01'; token: string }): Promise<string>;
};

function internalsOf(account: Account & ParsedKey): Internals {
  const options = {
    // Never asked: certd reads the directory itself.
    directoryUrl: '',
    accountKey: account.keyPem,
    ...(account.url === null ? {} : { accountUrl: account.url }),
  };
  const client = new acme.Client(options) as unknown as Internals;
  client.http.accountKey = account.key;
  client.http.jwk = account.jwk;
  return client;
}
