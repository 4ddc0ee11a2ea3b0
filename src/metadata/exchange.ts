import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Millis } from '../core/instant.ts';

type Asked = {
  readonly host: string;
  readonly port: number;
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
};

type Answer = { readonly status: number; readonly body: Buffer };

/** A tag has at most 256 characters, an address 45. */
const maxBytes = 8192;

/**
 * One request over a connection of its own, without proxy and redirect, and its whole answer within `limitMs`. Throws an
 * Error whose message says in few words what came instead of an answer.
 */
export function exchange(asked: Asked, limitMs: Millis, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const deadline = AbortSignal.timeout(limitMs);
    const fail = (thrown: unknown) => {
      const late = deadline.aborted && !signal.aborted;
      reject(late ? new Error(`no answer within ${limitMs / 1000} s`) : inWords(thrown));
    };
    // An upgrade (101) ends it with neither an answer nor an error, and no signal reaches it from then on.
    const closed = () => fail(new Error('it was closed without an answer'));
    const collect = (response: IncomingMessage) => {
      // The request may close first, while the end of the response is still to be read.
      sent.off('close', closed);
      response.on('close', closed);
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxBytes) chunks.push(chunk);
        else response.destroy(new Error(`an answer of more than ${maxBytes / 1024} KiB`));
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    };
    const limit = AbortSignal.any([signal, deadline]);
    // An agent of its own: only the common one takes a proxy from the environment.
    const sent = request({ ...asked, agent: false, signal: limit }, collect);
    sent.on('error', fail);
    sent.on('close', closed);
    sent.end();
  });
}

function inWords(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  if (!('code' in thrown) || typeof thrown.code !== 'string') return thrown;
  return new Error(thrown.code.startsWith('HPE_') ? `no HTTP (${thrown.code})` : thrown.code);
}
