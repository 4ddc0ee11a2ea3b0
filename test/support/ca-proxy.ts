import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Agent as HttpsAgent, request as httpsRequest, type Server } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { makeCa, makeLeaf } from './make-cert.ts';
import { type CaRequest, caRequestOf } from './pebble-paths.ts';
import type { Stack } from './stack.ts';

/** One request as certd sent it. */
type SeenRequest = {
  readonly kind: CaRequest;
  readonly method: string;
  readonly path: string;
  /** When it came, in ms since the epoch, by the CA's clock. */
  readonly at: number;
  /** Connections count from 1. */
  readonly connection: number;
  /** Protected header and payload of the JWS, null where there is none; a POST-as-GET has no payload. */
  readonly header: Readonly<Record<string, unknown>> | null;
  readonly payload: Readonly<Record<string, unknown>> | null;
  /** The bytes of the body. */
  readonly body: string;
  /** What the CA itself answered; null while it has not, or was not asked. */
  caStatus: number | null;
};

export type CaAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  /** How it goes out where that is not at once and whole. */
  readonly send?: (response: ServerResponse, answer: CaAnswer) => Promise<void> | void;
};

/** Makes the answer to one request; without `askCa` the CA never hears of it. */
export type Spoil = (askCa: () => Promise<CaAnswer>, request: SeenRequest) => Promise<CaAnswer> | CaAnswer;

/** Which requests are spoiled, and how. */
export type SpoilRule = {
  readonly kind: CaRequest | readonly CaRequest[];
  /** From the so manieth of its kinds on, counted from 1 when the rules are set. */
  readonly from?: number;
  /** For so many; all that follow where it is left out. */
  readonly times?: number;
  readonly spoil: Spoil;
};

/** Under which name, address and path a client finds the proxy. */
export type CaFace = {
  /** A name or an IP address, for which the proxy has a certificate. */
  readonly name: string;
  /** A loopback address. */
  readonly address: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Where the directory is; every other resource is where Pebble has it. */
  readonly directoryPath: string;
};

export type CaProxy = {
  readonly directoryUrl: string;
  /** PEM file with the root of the proxy's own HTTPS certificate. */
  readonly trustFile: string;
  /** Oldest first. */
  seen(): readonly SeenRequest[];
  /** How many of these kinds; without any, of all. */
  count(...kinds: readonly CaRequest[]): number;
  /** Connections so far. */
  connections(): number;
  /** From now on these rules and no others; the first that fits holds. Without any the CA is sane. */
  spoil(...rules: readonly SpoilRule[]): void;
  /** Throws what the proxy itself could not answer. */
  stop(): Promise<void>;
};

/**
 * A TLS proxy before Pebble, which sees what certd sends and spoils what it gets. The Host header goes through
 * as it is: Pebble makes its URLs of it, and checks the `url` of a JWS against it (wfe/wfe.go, relativeEndpoint),
 * so that every later request comes through here too.
 */
export async function startCaProxy(
  { dir, pebble }: Pick<Stack, 'dir' | 'pebble'>,
  /** What the CA says that the time is: that of a certd whose clock is stepped. */
  now: () => number = Date.now,
  { name, address, port: wanted, directoryPath }: CaFace = plainFace,
): Promise<CaProxy> {
  const { root, leaf } = await identity(name);
  const trustFile = join(dir, 'ca-proxy-root.pem');
  writeFileSync(trustFile, root.pem);
  const connections = new WeakMap<Duplex, number>();
  const seen: SeenRequest[] = [];
  const faults: unknown[] = [];
  let count = 0;
  let open: OpenRule[] = [];
  const agent = new HttpsAgent({ keepAlive: true, ca: readFileSync(pebble.trustFile) });
  const server = createServer({ cert: leaf.pem, key: leaf.keyPem, keepAliveTimeout: 120_000 });
  server.on('secureConnection', socket => {
    count += 1;
    connections.set(socket, count);
  });
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    if (incoming.url === directoryPath) incoming.url = plainFace.directoryPath;
    const request = await read(incoming, connections.get(incoming.socket) ?? 0, now());
    response.setHeader('date', new Date(now()).toUTCString());
    seen.push(request);
    const askCa = async () => {
      const answer = await forward(pebble.directoryUrl, incoming, request, agent);
      request.caStatus = answer.status;
      return answer;
    };
    const rule = open.find(each => each.takes(request));
    await reply(response, rule === undefined ? askCa() : rule.spoil(askCa, request));
  };
  server.on('request', (incoming, response) => {
    handle(incoming, response).catch((thrown: unknown) => {
      // certd hung up, or the test has ended: neither is a fault of the proxy.
      if (!incoming.destroyed) faults.push(thrown);
      response.destroy();
    });
  });
  const port = await listen(server, wanted, address);
  return {
    directoryUrl: `https://${name}${port === 443 ? '' : `:${port}`}${directoryPath}`,
    trustFile,
    seen: () => [...seen],
    count: (...kinds) => seen.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).length,
    connections: () => count,
    spoil: (...rules) => {
      open = rules.map(openRule);
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      if (faults.length > 0) throw new AggregateError(faults, 'the CA proxy could not answer');
    },
  };
}

/** The stack as a client sees it that knows the CA by the proxy's address. */
export function through(proxy: CaProxy, stack: Stack): Stack {
  const { directoryUrl, trustFile } = proxy;
  return { ...stack, pebble: { ...stack.pebble, directoryUrl, trustFile } };
}

const plainFace: CaFace = { name: '127.0.0.1', address: '127.0.0.1', port: 0, directoryPath: '/dir' };

const year = 365 * 86_400_000;
const made = new Map<string, ReturnType<typeof makeIdentity>>();

/** Once for all proxies of a test file that have the name. */
function identity(name: string) {
  const identity = made.get(name) ?? makeIdentity(name);
  made.set(name, identity);
  return identity;
}

async function makeIdentity(name: string) {
  // For years to both sides: a test may set the clock of certd.
  const lifetime = { notBefore: new Date(Date.now() - 3 * year), notAfter: new Date(Date.now() + 3 * year) };
  const root = await makeCa('root of the HTTPS of the CA proxy', undefined, lifetime);
  return { root, leaf: await makeLeaf(root, { domains: [name], ...lifetime }) };
}

type OpenRule = { takes(request: SeenRequest): boolean; readonly spoil: Spoil };

function openRule({ kind, from = 1, times = Number.POSITIVE_INFINITY, spoil }: SpoilRule): OpenRule {
  const kinds = [kind].flat();
  let met = 0;
  const takes = (request: SeenRequest) => {
    if (!kinds.includes(request.kind)) return false;
    met += 1;
    return met >= from && met < from + times;
  };
  return { takes, spoil };
}

function listen(server: Server, port: number, address: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, address, () => {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') reject(new Error('a TCP server without a port'));
    else resolve(bound.port);
  });
  return promise;
}

async function read(incoming: IncomingMessage, connection: number, at: number): Promise<SeenRequest> {
  const body = await textOf(incoming);
  const { method = '', url: path = '' } = incoming;
  const kind = caRequestOf(path);
  if (kind === null) throw new Error(`certd asks for ${path}, which is no resource of Pebble`);
  const jws = jsonObject(body);
  const part = (name: string) => jsonObject(Buffer.from(String(jws?.[name] ?? ''), 'base64url').toString());
  return {
    kind,
    method,
    path,
    at,
    connection,
    header: part('protected'),
    payload: part('payload'),
    body,
    caStatus: null,
  };
}

/** Null for what is none. */
export function jsonObject(text: string): Record<string, unknown> | null {
  return text.startsWith('{') ? JSON.parse(text) : null;
}

function forward(
  directoryUrl: string,
  { headers }: IncomingMessage,
  { method, path, body }: SeenRequest,
  agent: HttpsAgent,
): Promise<CaAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<CaAnswer>();
  // By default Node would look for the name in the Host header, which is that of the proxy.
  const options = { method, headers, agent, servername: 'localhost' };
  const sent = httpsRequest(new URL(path, directoryUrl), options, async answer => {
    const { statusCode: status = 0 } = answer;
    textOf(answer).then(text => resolve({ status, headers: kept(answer.headers), body: text }), reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

/** Without what belongs to one connection, and the length, which a spoiled body has no more. */
function kept(headers: IncomingHttpHeaders): CaAnswer['headers'] {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);
  const entries = Object.entries(headers).filter(([name, value]) => !own.has(name) && value !== undefined);
  return Object.fromEntries(entries) as CaAnswer['headers'];
}

async function reply(response: ServerResponse, coming: Promise<CaAnswer> | CaAnswer): Promise<void> {
  // certd may have hung up: the answer then goes nowhere.
  response.on('error', () => undefined);
  const answer = await coming;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.statusCode = answer.status;
  if (answer.send === undefined) response.end(answer.body);
  else await answer.send(response, answer);
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
