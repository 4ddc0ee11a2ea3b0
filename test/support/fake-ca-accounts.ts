import { createHmac, type JsonWebKey } from 'node:crypto';
import type { Behaviour } from './fake-ca-behaviour.ts';
import { FakeProblem, fromBase64url, record, type SignedPost, text, thumbprint } from './fake-ca-jws.ts';

export type FakeAccount = {
  readonly url: string;
  readonly jwk: JsonWebKey;
  readonly payload: Record<string, unknown>;
};

type Reply = { status: number; headers?: Record<string, string>; json: unknown };

type Accounts = {
  readonly base: string;
  readonly accounts: FakeAccount[];
  readonly behaviour: Behaviour;
};

/**
 * newAccount (RFC 8555 §7.3, §7.3.1). An account that exists needs neither terms nor binding; but a binding that is
 * sent is checked first, as CAs do that keep bindings and accounts in two places.
 */
export function newAccount({ base, accounts, behaviour }: Accounts, post: SignedPost): Reply {
  const payload = record(post.payload);
  const bound = payload['externalAccountBinding'];
  if (bound !== undefined) spendBinding(bound, post, behaviour.eabKeys, `${base}/new-account`);
  const known = accounts.find(({ jwk }) => thumbprint(jwk) === thumbprint(post.jwk));
  if (known !== undefined) return shown(known, 200);
  if (payload['onlyReturnExisting'] === true)
    throw new FakeProblem(400, 'accountDoesNotExist', 'no account with this key');
  if (payload['termsOfServiceAgreed'] !== true)
    throw new FakeProblem(403, 'userActionRequired', 'agree first', {
      link: `<${base}/terms>;rel="terms-of-service"`,
    });
  if (bound === undefined && behaviour.eabRequired)
    throw new FakeProblem(403, 'externalAccountRequired', 'no binding');
  const account = { url: `${base}/account/${accounts.length}`, jwk: post.jwk, payload };
  accounts.push(account);
  return shown(account, 201);
}

function shown({ url }: FakeAccount, status: number): Reply {
  return { status, headers: { location: url }, json: { status: 'valid' } };
}

/** §7.3.4: a JWS by HS256 over the account's key, with kid and the outer URL, and no nonce. Each is good once. */
function spendBinding(bound: unknown, { jwk }: SignedPost, keys: Map<string, string>, url: string): void {
  const jws = record(bound);
  if (Object.keys(jws).sort().join() !== 'payload,protected,signature')
    throw new FakeProblem(400, 'malformed', 'members of the binding');
  const header = record(JSON.parse(fromBase64url(text(jws['protected'])).toString()));
  if (
    Object.keys(header).sort().join() !== 'alg,kid,url' ||
    header['alg'] !== 'HS256' ||
    header['url'] !== url
  )
    throw new FakeProblem(400, 'malformed', 'header of the binding');
  const kid = text(header['kid']);
  const key = keys.get(kid);
  if (key === undefined) throw new FakeProblem(401, 'unauthorized', 'unknown kid');
  const mac = createHmac('sha256', fromBase64url(key)).update(
    `${text(jws['protected'])}.${text(jws['payload'])}`,
  );
  if (mac.digest('base64url') !== jws['signature']) throw new FakeProblem(401, 'unauthorized', 'MAC');
  const payload = record(JSON.parse(fromBase64url(text(jws['payload'])).toString()));
  if (thumbprint(payload) !== thumbprint(jwk)) throw new FakeProblem(400, 'badPublicKey', 'another key');
  keys.delete(kid);
}
