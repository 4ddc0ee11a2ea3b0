import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { render } from './answer.ts';

/** What is wrong with a request that node:http gives up; of every other code it says that it is no HTTP. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the header is larger than 16 KiB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long'],
};

/**
 * Answers what node:http cannot read as a request, or not in time, and closes. `begun`: the response to
 * the request before it, on the same connection.
 */
export function refuse(error: Error, socket: Duplex, begun: ServerResponse | undefined): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const unreadable = code.startsWith('HPE_');
  // What follows a whole request takes nothing away from it: its answer is on the way.
  if (unreadable && begun?.req.complete) return;
  if ((unreadable || code in refusals) && socket.writable && !begun?.headersSent) {
    const [status, message] = refusals[code] ?? [400, 'this is no request of HTTP/1.1'];
    socket.write(raw(status, message));
  }
  socket.destroy();
}

function raw(status: number, message: string): Buffer {
  const { type, bytes } = render({ status, body: { code: 'usage', message } });
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${type}\r\n` +
    `content-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}
