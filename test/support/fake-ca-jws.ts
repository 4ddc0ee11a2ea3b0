import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';

/** A problem that the fake answers with: HTTP status, ACME error name, detail. */
export class FakeProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, name: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.type = `urn:ietf:params:acme:error:${name}`;
  }
}

export type SignedPost = {
  /** Null for a POST-as-GET. */
  readonly payload: Record<string, unknown> | null;
  /** The account's URL, or null where the key itself is sent. */
  readonly kid: string | null;
  readonly jwk: JsonWebKey;
};

type Incoming = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** Checks a request as strictly as RFC 8555 §6.2 to §6.5 allows. `spend` answers whether a nonce is good, once. */
export function readPost(
  request: Incoming,
  spend: (nonce: string) => boolean,
  keyOf: (kid: string) => JsonWebKey | undefined,
): SignedPost {
  const { headers } = request;
  if (headers['content-type'] !== 'application/jose+json')
    throw new FakeProblem(415, 'malformed', 'content type');
  if (headers['replay-nonce'] !== undefined)
    throw new FakeProblem(400, 'malformed', 'replay-nonce in a request');
  const jws = record(JSON.parse(request.body));
  if (Object.keys(jws).sort().join() !== 'payload,protected,signature') {
    throw new FakeProblem(400, 'malformed', 'members of the JWS');
  }
  const header = record(JSON.parse(fromBase64url(text(jws['protected'])).toString()));
  if (!spend(text(header['nonce']))) throw new FakeProblem(400, 'badNonce', 'nonce');
  if (header['url'] !== request.url)
    throw new FakeProblem(401, 'unauthorized', `url header ${header['url']}`);
  if ((header['kid'] === undefined) === (header['jwk'] === undefined)) {
    throw new FakeProblem(400, 'malformed', 'exactly one of kid and jwk');
  }
  const kid = header['kid'] === undefined ? null : text(header['kid']);
  const jwk = kid === null ? record(header['jwk']) : keyOf(kid);
  if (jwk === undefined) throw new FakeProblem(400, 'accountDoesNotExist', 'no such account');
  checkSignature(jws, header, jwk);
  const payload = fromBase64url(text(jws['payload'])).toString();
  return { payload: payload === '' ? null : record(JSON.parse(payload)), kid, jwk };
}

/** RFC 7638 */
export function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

export function checkSignature(
  jws: Record<string, unknown>,
  header: Record<string, unknown>,
  jwk: JsonWebKey,
): void {
  if (header['alg'] !== 'ES256') throw new FakeProblem(400, 'badSignatureAlgorithm', 'only ES256');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(`${text(jws['protected'])}.${text(jws['payload'])}`);
  const signature = fromBase64url(text(jws['signature']));
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)) {
    throw new FakeProblem(400, 'malformed', 'signature');
  }
}

export function fromBase64url(value: string): Buffer {
  if (!/^[A-Za-z0-9_-]*$/.test(value)) throw new FakeProblem(400, 'malformed', 'base64url');
  return Buffer.from(value, 'base64url');
}

export function record(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new FakeProblem(400, 'malformed', 'not an object');
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new FakeProblem(400, 'malformed', 'not a string');
}
