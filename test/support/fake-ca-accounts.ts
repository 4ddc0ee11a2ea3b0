import { createHmac, type JsonWebKey } from 'node:crypto';
import type { Behaviour } from './fake-ca-behaviour.ts';
import {
  checkSignature,
  FakeProblem,
  fromBase64url,
  record,
  type SignedPost,
  text,
  thumbprint,
} from './fake-ca-jws.ts';

export type FakeAccount = {
  readonly url: string;
  jwk: JsonWebKey;
  status: 'valid' | 'deactivated';
  contact: unknown;
  /** Of newAccount. */
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
  if (known?.status === 'deactivated') throw new FakeProblem(403, 'unauthorized', 'deactivated');
  if (known !== undefined) return shown(known, 200);
  if (payload['onlyReturnExisting'] === true)
    throw new FakeProblem(400, 'accountDoesNotExist', 'no account with this key');
  if (payload['termsOfServiceAgreed'] !== true)
    throw new FakeProblem(403, 'userActionRequired', 'agree first', {
      link: `<${base}/terms>;rel="terms-of-service"`,
    });
  if (bound === undefined && behaviour.eabRequired)
    throw new FakeProblem(403, 'externalAccountRequired', 'no binding');
  const account: FakeAccount = {
    url: `${base}/account/${accounts.length}`,
    jwk: post.jwk,
    status: 'valid',
    contact: payload['contact'] ?? [],
    payload,
  };
  accounts.push(account);
  return shown(account, 201);
}

/** The account that signs; one that was deactivated may do nothing any more (§7.3.6). */
export function signingAccount({ accounts }: Accounts, kid: string): FakeAccount | undefined {
  const account = accounts.find(({ url }) => url === kid);
  if (account?.status === 'deactivated') throw new FakeProblem(401, 'unauthorized', 'deactivated');
  return account;
}

/** A request to an account's URL: a look at it (§7.3.3), its contact (§7.3.2) or its end (§7.3.6). */
export function ownAccount(ca: Accounts, id: number, { kid, payload }: SignedPost): Reply {
  const account = ca.accounts[id];
  if (account === undefined || account.url !== kid)
    throw new FakeProblem(403, 'unauthorized', 'another account');
  if (payload === null) return shown(account, 200);
  const { status, contact, ...rest } = payload;
  if (Object.keys(rest).length > 0) throw new FakeProblem(400, 'malformed', 'unknown fields');
  if (status !== undefined && status !== 'deactivated') throw new FakeProblem(400, 'malformed', 'status');
  if (contact !== undefined) account.contact = contact;
  if (status === 'deactivated') account.status = 'deactivated';
  return shown(account, 200);
}

/** §7.3.5 */
export function keyChange({ base, accounts }: Accounts, { kid, payload }: SignedPost): Reply {
  const jws = membersOf(payload);
  const header = headerOf(jws);
  const jwk = record(header['jwk']);
  const members = Object.keys(header).sort().join();
  if (members !== 'alg,jwk,url' || header['url'] !== `${base}/key-change`)
    throw new FakeProblem(400, 'malformed', 'header of the inner JWS');
  checkSignature(jws, header, jwk);
  const inner = record(JSON.parse(fromBase64url(text(jws['payload'])).toString()));
  const account = accounts.find(({ url }) => url === kid);
  if (account === undefined || inner['account'] !== kid)
    throw new FakeProblem(400, 'malformed', 'another account');
  if (thumbprint(record(inner['oldKey'])) !== thumbprint(account.jwk))
    throw new FakeProblem(400, 'malformed', 'another old key');
  const owner = accounts.find(each => thumbprint(each.jwk) === thumbprint(jwk));
  if (owner !== undefined)
    throw new FakeProblem(409, 'conflict', 'the key is taken', { location: owner.url });
  account.jwk = jwk;
  return shown(account, 200);
}

function shown({ url, status, contact }: FakeAccount, code: number): Reply {
  return { status: code, headers: { location: url }, json: { status, contact } };
}

/** §7.3.4: a JWS by HS256 over the account's key, with kid and the outer URL, and no nonce. Each is good once. */
function spendBinding(bound: unknown, { jwk }: SignedPost, keys: Map<string, string>, url: string): void {
  const jws = membersOf(bound);
  const header = headerOf(jws);
  const members = Object.keys(header).sort().join();
  if (members !== 'alg,kid,url' || header['alg'] !== 'HS256' || header['url'] !== url)
    throw new FakeProblem(400, 'malformed', 'header of the binding');
  const kid = text(header['kid']);
  const key = keys.get(kid);
  if (key === undefined) throw new FakeProblem(401, 'unauthorized', 'unknown kid');
  const signed = `${text(jws['protected'])}.${text(jws['payload'])}`;
  const mac = createHmac('sha256', fromBase64url(key)).update(signed);
  if (mac.digest('base64url') !== jws['signature']) throw new FakeProblem(401, 'unauthorized', 'MAC');
  const payload = record(JSON.parse(fromBase64url(text(jws['payload'])).toString()));
  if (thumbprint(payload) !== thumbprint(jwk)) throw new FakeProblem(400, 'badPublicKey', 'another key');
  keys.delete(kid);
}

function membersOf(value: unknown): Record<string, unknown> {
  const jws = record(value);
  if (Object.keys(jws).sort().join() !== 'payload,protected,signature')
    throw new FakeProblem(400, 'malformed', 'members of an inner JWS');
  return jws;
}

function headerOf(jws: Record<string, unknown>): Record<string, unknown> {
  return record(JSON.parse(fromBase64url(text(jws['protected'])).toString()));
}
