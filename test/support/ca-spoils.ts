import { type CaAnswer, jsonObject, type Spoil } from './ca-proxy.ts';

/*
 * Ways to spoil an answer, for the rules of test/support/ca-proxy.ts. Those that change one ask the CA first,
 * so that the request has its effect there.
 */

type Headers = CaAnswer['headers'];

/** In the CA's place. Without a nonce, as proxies answer. */
export function instead(status: number, body: string, headers: Headers = {}): Spoil {
  return () => ({ status, headers, body });
}

export function html(status: number, headers: Headers = {}): Spoil {
  const body = '<!doctype html><title>Sorry</title><p>We are working on it.';
  return instead(status, body, { 'content-type': 'text/html', ...headers });
}

/** A problem document in the CA's place (RFC 8555 §6.7). */
export function problem(
  name: string,
  more: { status?: number; headers?: Headers; fields?: object } = {},
): Spoil {
  const document = { type: `urn:ietf:params:acme:error:${name}`, detail: `spoiled: ${name}`, ...more.fields };
  const headers = { 'content-type': 'application/problem+json', ...more.headers };
  return instead(more.status ?? 400, JSON.stringify(document), headers);
}

/** The connection ends, and the CA has not heard of the request. */
export const cutBefore: Spoil = () => ({ ...nothing, send: response => void response.destroy() });

/** The request had its effect, and the answer never comes. */
export const cutAfter: Spoil = async askCa => ({
  ...(await askCa()),
  send: response => void response.destroy(),
});

/** Half of the body comes. */
export const cutInTheMiddle: Spoil = async askCa => ({
  ...(await askCa()),
  send: (response, { body }) => {
    response.setHeader('content-length', Buffer.byteLength(body));
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  },
});

/** Takes the request and never says a word. */
export const silence: Spoil = () => ({ ...nothing, send: () => undefined });

/** One byte after the other, each in a packet of its own. */
export const byteByByte: Spoil = async askCa => ({
  ...(await askCa()),
  send: async (response, { body }) => {
    response.flushHeaders();
    for (const byte of Buffer.from(body)) await new Promise(sent => response.write(Buffer.of(byte), sent));
    response.end();
  },
});

/** A body that goes on for as long as somebody reads it. */
export const endless: Spoil = () => ({
  ...nothing,
  send: response => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
});

/** Not before so many ms are over. */
export function late(ms: number): Spoil {
  return async askCa => {
    await new Promise(resolve => setTimeout(resolve, ms));
    return askCa();
  };
}

/** Undefined takes a field or a header away; a function gets what is there. */
type Change = Readonly<Record<string, unknown>>;

/** The CA's own answer with other fields in its JSON. */
export function withFields(change: Change | ((fields: Change) => Change)): Spoil {
  return async askCa => {
    const answer = await askCa();
    const fields = jsonObject(answer.body);
    if (fields === null) return answer;
    const changed = typeof change === 'function' ? change(fields) : change;
    return { ...answer, body: JSON.stringify({ ...fields, ...changed }) };
  };
}

export function withHeaders(
  change: Readonly<Record<string, string | undefined>> | ((headers: Headers) => Headers),
): Spoil {
  return async askCa => {
    const answer = await askCa();
    const changed = typeof change === 'function' ? change(answer.headers) : change;
    const headers = Object.entries({ ...answer.headers, ...changed }).filter(
      ([, value]) => value !== undefined,
    );
    return { ...answer, headers: Object.fromEntries(headers) as Headers };
  };
}

export function withStatus(status: number): Spoil {
  return async askCa => ({ ...(await askCa()), status });
}

export function withBody(change: (body: string) => string): Spoil {
  return async askCa => {
    const answer = await askCa();
    return { ...answer, body: change(answer.body) };
  };
}

/** One after the other, for answers that are wrong in two ways. */
export function both(first: Spoil, second: Spoil): Spoil {
  return (askCa, request) => second(async () => first(askCa, request), request);
}

/** The first nonce that the CA gives out comes again with every answer. */
export function sameNonce(): Spoil {
  let nonce: string | readonly string[] | undefined;
  return async askCa => {
    const answer = await askCa();
    nonce ??= answer.headers['replay-nonce'];
    return nonce === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, 'replay-nonce': nonce } };
  };
}

const nothing: CaAnswer = { status: 200, headers: {}, body: '' };
