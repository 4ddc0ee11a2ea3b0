import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the two clouds do differently. */
export type MetadataManners = {
  readonly tokenHeader: string;
  /** What is answered to a GET without a token. */
  readonly withoutToken: number;
  /** A 404 in the words of the service. */
  readonly notFound: string;
};

export type FakeMetadata = {
  readonly host: string;
  readonly port: number;
  /** `PUT /latest/api/token` and the like, as they came. */
  readonly requests: readonly string[];
  /** Texts below `/latest/meta-data/`; the lists of what is there follow from them. */
  readonly items: Map<string, string | Buffer>;
  /** Null as long as tags are not switched on for the instance. */
  tags: Map<string, string | Buffer> | null;
  /** Answers instead of the service; returns false for what the service is to answer all the same. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
};

/** A metadata service that is as strict as it may be: a client that gets anything from it keeps every rule. */
export async function startFakeMetadata(
  manners: MetadataManners,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<FakeMetadata> {
  const requests: string[] = [];
  const tokens = new Set<string>();
  const fake: FakeMetadata = {
    host,
    get port() {
      return (server.address() as AddressInfo).port;
    },
    requests,
    items: new Map(),
    tags: null,
    instead: () => false,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (fake.instead(request, response)) return;
    const { status, body } = answer(request, manners, tokens, fake);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return fake;
}

type Answer = { readonly status: number; readonly body: string | Buffer };

const refused = (status: number): Answer => ({ status, body: `<html>${status}</html>` });

function answer(
  { method, url = '', headers }: IncomingMessage,
  { tokenHeader, withoutToken, notFound }: MetadataManners,
  tokens: Set<string>,
  { items, tags }: FakeMetadata,
): Answer {
  // What has come through a proxy is somebody else's.
  if (headers['x-forwarded-for'] !== undefined) return refused(403);
  if (headers['transfer-encoding'] !== undefined) return refused(400);
  if (url === '/latest/api/token') {
    if (method !== 'PUT') return refused(405);
    const ttl = String(headers[`${tokenHeader}-ttl-seconds`]);
    if (!/^\d{1,5}$/.test(ttl) || Number(ttl) < 1 || Number(ttl) > 21_600) return refused(400);
    const token = `AQAEA${randomBytes(36).toString('base64')}==`;
    tokens.add(token);
    return { status: 200, body: token };
  }
  if (method !== 'GET') return refused(405);
  const token = headers[tokenHeader];
  if (token === undefined) return refused(withoutToken);
  if (typeof token !== 'string' || !tokens.has(token)) return refused(401);
  const path = url.replace(/^\/latest\/meta-data\//, '');
  const tag = /^tags\/instance\/(.+)$/.exec(path)?.[1];
  const found = tag === undefined ? (items.get(path) ?? listing(path, items)) : tags?.get(tag);
  return found === undefined ? { status: 404, body: notFound } : { status: 200, body: found };
}

/** A path that ends with a slash lists what is below, by lines; what has more below it ends with one, too. */
function listing(path: string, items: FakeMetadata['items']): string | undefined {
  if (!path.endsWith('/')) return undefined;
  const below = [...items.keys()].filter(key => key.startsWith(path)).map(key => key.slice(path.length));
  const names = new Set(below.map(key => key.replace(/\/.*$/, '/')));
  return names.size === 0 ? undefined : [...names].sort().join('\n');
}
