import type { IncomingMessage } from 'node:http';
import { CertdError } from '../core/errors.ts';

const largestBody = 64 * 1024;

/** The decoded JSON of a request. Throws `usage` where it is none, is too large or does not arrive. */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const text = await textBody(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CertdError('usage', 'the request is not JSON', { cause });
  }
}

async function textBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > largestBody) throw new CertdError('usage', 'the request is larger than 64 KiB');
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CertdError) throw cause;
    // Nobody is left to read this; it only must not count as a defect of ours.
    throw new CertdError('usage', 'the client left in the middle of its request', { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}
