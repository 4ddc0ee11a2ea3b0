import { get as httpGet, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as httpsGet } from 'node:https';

/** `lookup`: for `node:http`; no address is looked up otherwise. */
export type Through = Pick<RequestOptions, 'signal' | 'lookup'>;

/** `body`: null where it has more than the bytes that were asked for. */
export type Fetched = {
  readonly status: number;
  readonly location: string | null;
  readonly body: string | null;
};

/**
 * One GET as a CA makes it: no certificate is checked, for it may be the one that is missing, and no redirect
 * followed. Rejects with what the connection says, ERR_INVALID_PROTOCOL and the like included.
 */
export function fetchOnce(url: URL, through: Through, maxBytes: number): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    // An upgrade (101) ends it with neither an answer nor an error, and no signal reaches it from then on.
    const closed = () => reject(new Error('it was closed without an answer'));
    const collect = (response: IncomingMessage) => {
      // The request may close first, while the end of the response is still to be read.
      request.off('close', closed);
      response.on('close', closed);
      const { statusCode: status = 0, headers } = response;
      const answer = (body: string | null) => resolve({ status, location: headers.location ?? null, body });
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxBytes) return chunks.push(chunk);
        answer(null);
        return response.destroy();
      });
      response.on('error', reject);
      response.on('end', () => answer(Buffer.concat(chunks).toString('utf8')));
    };
    const request =
      url.protocol === 'https:'
        ? httpsGet(url, { ...through, agent: false, rejectUnauthorized: false }, collect)
        : httpGet(url, { ...through, agent: false }, collect);
    request.on('error', reject);
    request.on('close', closed);
  });
}

/** Why a connection or a request failed: the code of the system where there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
