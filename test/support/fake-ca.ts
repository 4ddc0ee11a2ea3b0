import { randomBytes, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { type FakeAccount, keyChange, newAccount, ownAccount, signingAccount } from './fake-ca-accounts.ts';
import { type Behaviour, type Canned, type Resource, wellBehaved } from './fake-ca-behaviour.ts';
import { FakeProblem, readPost, record, type SignedPost, text, thumbprint } from './fake-ca-jws.ts';
import { makeCa, makeLeaf, type TestCa } from './make-cert.ts';

export type FakeCa = {
  readonly directoryUrl: string;
  /** Root of its HTTPS. */
  readonly httpsRootPem: string;
  /** Signs certificates, and comes with them. */
  readonly issuer: TestCa;
  /** Root of the certificates that it issues; it does not come with them. */
  readonly issuingRootPem: string;
  readonly behaviour: Behaviour;
  /** Every request, for example `POST order`. */
  readonly log: string[];
  /** Payloads of newOrder. */
  readonly orders: Record<string, unknown>[];
  readonly accounts: FakeAccount[];
  /** Payloads of revokeCert that were accepted, and who signed. */
  readonly revocations: { readonly by: 'account' | 'certificate'; readonly payload: unknown }[];
  /** Bytes of every signed body: to see that none is sent twice. */
  readonly bodies: string[];
  /** How many there were so far. */
  connections(): number;
  close(): Promise<void>;
};

type Order = {
  readonly domains: readonly string[];
  readonly authorizations: Authorization[];
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  lag: number;
  chain: string | null;
};
type Authorization = {
  readonly id: number;
  readonly domain: string;
  readonly order: () => Order;
  readonly token: string;
  status: string;
  challengeStatus: string;
  error: unknown;
};

// Made once a test file: making keys and certificates takes longer than most tests.
let identity: ReturnType<typeof makeIdentity> | null = null;

async function makeIdentity() {
  const httpsRoot = await makeCa('fake CA https root');
  const root = await makeCa('fake CA root');
  const issuer = await makeCa('fake CA issuer', root);
  const https = await makeLeaf(httpsRoot, { domains: ['127.0.0.1'] });
  return { httpsRoot, root, issuer, https };
}

/** A strict ACME server on 127.0.0.1 with its own roots, which does what Pebble cannot be told to do. */
export async function startFakeCa(change: Partial<Behaviour> = {}): Promise<FakeCa> {
  identity ??= makeIdentity();
  const { httpsRoot, root, issuer, https } = await identity;
  const server = createServer({ cert: https.pem, key: https.keyPem });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const behaviour: Behaviour = { ...wellBehaved(base), ...change };
  let connections = 0;
  server.on('secureConnection', () => {
    connections += 1;
  });
  const ca = {
    directoryUrl: `${base}/dir`,
    httpsRootPem: httpsRoot.pem,
    issuer,
    issuingRootPem: root.pem,
    behaviour,
    log: [],
    orders: [],
    accounts: [],
    revocations: [],
    bodies: [],
    connections: () => connections,
  };
  const handle = handler({ ...ca, base });
  server.on('request', (request, response) => void handle(request, response));
  return { ...ca, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}

type Parts = Omit<FakeCa, 'close' | 'httpsRootPem' | 'issuingRootPem'> & { readonly base: string };

function handler(ca: Parts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const nonces = new Set<string>();
  const counts = new Map<string, number>();
  const answer = resources(ca);
  const newNonce = () => {
    const nonce = randomBytes(12).toString('base64url');
    nonces.add(nonce);
    return nonce;
  };
  const spend = (nonce: string) => {
    if (!nonces.delete(nonce)) return false;
    if (ca.behaviour.badNonces <= 0) return true;
    ca.behaviour.badNonces -= 1;
    return false;
  };
  const replyPost = async (
    resource: Resource,
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
  ) => {
    const keyOf = (kid: string) => signingAccount(ca, kid)?.jwk;
    const post = readPost({ url: `${ca.base}${request.url}`, headers: request.headers, body }, spend, keyOf);
    if (resource !== 'revoke' && (post.kid === null) !== (resource === 'new-account')) {
      throw new FakeProblem(400, 'malformed', 'kid or jwk');
    }
    const [, , id, index] = request.url?.split('/') ?? [];
    const { status, headers, json } = await answer(resource, { id: Number(id), index }, post);
    if (ca.behaviour.dropAnswer(resource)) request.socket.destroy();
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
    reply(response, status, json);
  };
  const canned = (resource: Resource, request: IncomingMessage): Canned | null => {
    if (request.url?.includes('//') === true) return { status: 404 };
    counts.set(resource, (counts.get(resource) ?? 0) + 1);
    return ca.behaviour.intercept(resource, counts.get(resource) ?? 0, request.method ?? '');
  };
  return async (request, response) => {
    const method = request.method ?? '';
    const resource = request.url?.split('/')[1] as Resource;
    ca.log.push(`${method} ${resource}`);
    date(response, ca.behaviour.date(resource));
    const body = await bodyOf(request);
    if (method === 'POST') ca.bodies.push(body);
    if (method === 'POST' && ca.behaviour.sendNonces) response.setHeader('replay-nonce', newNonce());
    try {
      const instead = canned(resource, request);
      if (instead !== null) replyCanned(instead, request, response);
      else if (request.headers['user-agent'] === undefined)
        throw new FakeProblem(400, 'malformed', 'user agent');
      else if (method === 'POST') await replyPost(resource, request, body, response);
      else replyGet(ca, method, resource, response, newNonce);
    } catch (error) {
      replyProblem(error, response);
    }
  };
}

/** The clock is that of the test: Node would tell the real time. */
function date(response: ServerResponse, text: string | null): void {
  response.sendDate = false;
  if (text !== null) response.setHeader('date', text);
}

function replyProblem(error: unknown, response: ServerResponse): void {
  const problem =
    error instanceof FakeProblem ? error : new FakeProblem(500, 'serverInternal', String(error));
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.setHeader('content-type', 'application/problem+json');
  reply(response, problem.status, { type: problem.type, detail: problem.message, status: problem.status });
}

function replyGet(
  ca: Parts,
  method: string,
  resource: Resource,
  response: ServerResponse,
  newNonce: () => string,
): void {
  const what = `${method} ${resource}`;
  if (what === 'GET dir' || what === 'GET moved') reply(response, 200, ca.behaviour.directory);
  else if (what === 'HEAD nonce') {
    response.setHeader('replay-nonce', newNonce());
    reply(response, 200, '');
  } else if (what === 'GET ari') {
    const { status, headers, body } = ca.behaviour.renewalInfo();
    response.writeHead(status ?? 200, { 'content-type': 'application/json', ...headers }).end(body);
  } else throw new FakeProblem(405, 'malformed', what);
}

type Reply = { status: number; headers?: Record<string, string | readonly string[]>; json: unknown };

/** What a path names behind its resource. */
type Place = { readonly id: number; readonly index: string | undefined };

/** What lies behind the signed requests. */
function resources(ca: Parts): (resource: Resource, place: Place, post: SignedPost) => Promise<Reply> {
  const { behaviour } = ca;
  const orders: Order[] = [];
  const authorizations: Authorization[] = [];

  const asGet = (post: SignedPost) => {
    if (post.payload !== null) throw new FakeProblem(400, 'malformed', 'POST-as-GET has a payload');
  };
  const find = <T>(list: readonly T[], id: number): T => {
    const found = list[id];
    if (found === undefined) throw new FakeProblem(404, 'malformed', 'no such thing');
    return found;
  };
  const showOrder = (id: number, order: Order) => ({
    status:
      order.lag > 0 && order.status === 'ready' ? 'pending' : order.lag > 0 ? 'processing' : order.status,
    identifiers: order.domains.map(identifierOf),
    authorizations: order.authorizations.map(each => `${ca.base}/authz/${each.id}`),
    finalize: `${ca.base}/finalize/${id}`,
    ...(order.chain === null || order.lag > 0 ? {} : { certificate: `${ca.base}/cert/${id}` }),
  });
  const showAuthorization = (each: Authorization) => ({
    identifier: identifierOf(each.domain),
    status: each.status,
    challenges: behaviour.challengeTypes.map(type => ({
      type,
      url: `${ca.base}/challenge/${each.id}`,
      token: each.token,
      status: each.challengeStatus,
      ...(type === 'http-01' && each.error !== null ? { error: each.error } : {}),
    })),
  });
  const waits = (): Record<string, string> =>
    behaviour.retryAfter === null ? {} : { 'retry-after': behaviour.retryAfter };

  const newOrder = (post: SignedPost): Reply => {
    const payload = record(post.payload);
    ca.orders.push(payload);
    const identifiers = payload['identifiers'];
    if (!Array.isArray(identifiers)) throw new FakeProblem(400, 'malformed', 'identifiers');
    const order: Order = {
      domains: identifiers.map(each => domainOf(record(each))),
      authorizations: [],
      status: 'pending',
      lag: 0,
      chain: null,
    };
    for (const domain of order.domains) {
      const status = behaviour.preauthorized.includes(domain) ? 'valid' : 'pending';
      const token = behaviour.token();
      const id = authorizations.length;
      const one = { id, domain, order: () => order, token, status, challengeStatus: status, error: null };
      authorizations.push(one);
      order.authorizations.push(one);
    }
    if (order.authorizations.every(each => each.status === 'valid')) order.status = 'ready';
    orders.push(order);
    const id = orders.length - 1;
    return { status: 201, headers: { location: `${ca.base}/order/${id}` }, json: showOrder(id, order) };
  };

  const startChallenge = (each: Authorization, post: SignedPost): Reply => {
    if (JSON.stringify(post.payload) !== '{}') throw new FakeProblem(400, 'malformed', 'challenge payload');
    if (each.challengeStatus !== 'pending')
      throw new FakeProblem(400, 'malformed', 'challenge cannot be updated');
    const problem = behaviour.validate(each.domain, each.token, `${each.token}.${thumbprint(post.jwk)}`);
    each.challengeStatus = problem === null ? 'valid' : 'invalid';
    each.status = each.challengeStatus;
    if (problem !== null)
      each.error = { type: `urn:ietf:params:acme:error:${problem.name}`, detail: problem.detail };
    const order = each.order();
    if (problem !== null) order.status = 'invalid';
    else if (order.authorizations.every(other => other.status === 'valid')) {
      order.status = 'ready';
      order.lag = behaviour.readyLag;
    }
    return {
      status: 200,
      json: { type: 'http-01', status: 'processing', url: `${ca.base}/challenge/${each.id}` },
    };
  };

  const finalize = async (id: number, order: Order, post: SignedPost): Promise<Reply> => {
    const lagging = behaviour.finalizeLag > 0;
    if (lagging) behaviour.finalizeLag -= 1;
    if (order.status !== 'ready' || lagging) throw new FakeProblem(403, 'orderNotReady', order.status);
    const csr = Buffer.from(text(post.payload?.['csr']), 'base64url');
    order.chain = await sign(ca.issuer, order.domains, csr);
    order.status = 'valid';
    order.lag = behaviour.processingPolls;
    return { status: 200, headers: waits(), json: showOrder(id, order) };
  };

  const revoke = (post: SignedPost): Reply => {
    const by = post.kid === null ? 'certificate' : 'account';
    const der = Buffer.from(text(post.payload?.['certificate']), 'base64url');
    const own = new X509Certificate(der).publicKey.export({ format: 'jwk' });
    const isSigner = by === 'account' || thumbprint(own) === thumbprint(post.jwk);
    const problem = isSigner ? behaviour.revoke(by) : { name: 'unauthorized', detail: 'another key' };
    if (problem !== null) throw new FakeProblem(403, problem.name, problem.detail);
    ca.revocations.push({ by, payload: post.payload });
    return { status: 200, json: '' };
  };

  const lookAtOrder = (id: number, order: Order): Reply => {
    order.lag = Math.max(0, order.lag - 1);
    return { status: 200, headers: waits(), json: showOrder(id, order) };
  };

  return async (resource, { id, index }, post) => {
    switch (resource) {
      case 'new-account':
        return newAccount(ca, post);
      case 'account':
        return ownAccount(ca, id, post);
      case 'key-change':
        return keyChange(ca, post);
      case 'new-order':
        return newOrder(post);
      case 'revoke':
        return revoke(post);
      case 'challenge':
        return startChallenge(find(authorizations, id), post);
      case 'finalize':
        return finalize(id, find(orders, id), post);
      case 'order':
        asGet(post);
        return lookAtOrder(id, find(orders, id));
      case 'authz':
        asGet(post);
        return { status: 200, json: showAuthorization(find(authorizations, id)) };
      case 'cert':
        asGet(post);
        return showCertificate(ca, find(orders, id).chain ?? '', { id, index });
      default:
        throw new FakeProblem(404, 'malformed', resource);
    }
  };
}

function identifierOf(value: string): { type: 'dns' | 'ip'; value: string } {
  return { type: isIP(value) === 0 ? 'dns' : 'ip', value };
}

/** RFC 8738 §3: an address is of the type `ip`, and nothing else is. */
function domainOf(identifier: Record<string, unknown>): string {
  const value = text(identifier['value']);
  const { type } = identifierOf(value);
  if (identifier['type'] === type) return value;
  throw new FakeProblem(400, 'malformed', `${value} is of the type ${type}`);
}

/** RFC 8555 §7.4.2: the default chain names the others, which lie below it. */
function showCertificate({ base, behaviour }: Parts, chain: string, { id, index }: Place): Reply {
  const alternate = index === undefined ? behaviour.certificate : behaviour.alternates[Number(index)];
  if (alternate === undefined) throw new FakeProblem(404, 'malformed', 'no such chain');
  const urls = behaviour.alternates.map((_, other) => `${base}/cert/${id}/${other}`);
  return { status: 200, headers: { link: behaviour.links(urls) }, json: alternate(chain) };
}

/** A certificate for the request, which must name exactly the order's domains and nothing else. */
async function sign(issuer: TestCa, domains: readonly string[], der: Buffer): Promise<string> {
  const csr = new x509.Pkcs10CertificateRequest(new Uint8Array(der));
  if (!(await csr.verify())) throw new FakeProblem(400, 'badCSR', 'signature');
  const san = csr.extensions.find(extension => extension.type === '2.5.29.17');
  const names = new x509.SubjectAlternativeNameExtension(san?.rawData ?? new ArrayBuffer(0)).names.items.map(
    item => item.value,
  );
  if ([...names].sort().join() !== [...domains].sort().join())
    throw new FakeProblem(400, 'badCSR', `names ${names}`);
  const leaf = await makeLeaf(issuer, { domains, keyPem: '', publicKeyPem: csr.publicKey.toString('pem') });
  return leaf.pem + issuer.pem;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function reply(response: ServerResponse, status: number, json: unknown): void {
  response.statusCode = status;
  if (typeof json === 'string') response.end(json);
  else {
    if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(json));
  }
}

function replyCanned(canned: Canned, request: IncomingMessage, response: ServerResponse): void {
  if (canned === 'reset') request.socket.destroy();
  else if (canned !== 'silence') response.writeHead(canned.status, canned.headers).end(canned.body);
}
