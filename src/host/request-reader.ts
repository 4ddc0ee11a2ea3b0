import { type HttpHead, notHttp, type Refusal, readHttpHead, refusal } from './http-head.ts';

export type HttpRequest = HttpHead & { readonly body: Buffer };

/** In bytes. A body is left unread, and the request is whole without it, where `largestBody` is null. */
export type RequestLimits = { readonly largestHead: number; readonly largestBody: number | null };

type Found = HttpRequest | Refusal | null;

/**
 * Takes the bytes of one connection piece by piece: null while more is needed, then the first request. The
 * work grows with the number of bytes only, however small the pieces are: the head is read once, and a piece
 * of the body is copied once, to its place.
 */
export function requestReader(limits: RequestLimits): (piece: Buffer) => Found {
  const gatherHead = headGatherer(limits.largestHead);
  let gatherBody: ((piece: Buffer) => HttpRequest | null) | null = null;
  return piece => {
    if (gatherBody !== null) return gatherBody(piece);
    const gathered = gatherHead(piece);
    if (gathered === null || 'refused' in gathered) return gathered;
    const { head, rest } = gathered;
    if (limits.largestBody === null) return { ...head, body: Buffer.alloc(0) };
    if (head.bodyBytes > limits.largestBody) {
      return refusal(413, `the body of the request is larger than ${limits.largestBody / 1024} KiB`);
    }
    gatherBody = bodyGatherer(head);
    return gatherBody(rest);
  };
}

const headEnd = '\r\n\r\n';

function headGatherer(largestHead: number) {
  let bytes: Buffer | null = null;
  let filled = 0;
  return (piece: Buffer): { readonly head: HttpHead; readonly rest: Buffer } | Refusal | null => {
    // Not before the client has spoken.
    bytes ??= Buffer.alloc(largestHead + headEnd.length);
    const before = filled;
    filled += piece.copy(bytes, before);
    // TLS and other protocols are told at once, not when time is up.
    if (!/^[A-Z]/.test(bytes.toString('latin1', 0, 1))) return notHttp;
    // The end may have begun in the piece before.
    const end = bytes.subarray(0, filled).indexOf(headEnd, Math.max(0, before - headEnd.length + 1));
    if (end < 0 && filled < bytes.length) return null;
    if (end < 0) return refusal(431, `the head of the request is larger than ${largestHead / 1024} KiB`);
    const head = readHttpHead(bytes.toString('latin1', 0, end));
    return 'refused' in head ? head : { head, rest: piece.subarray(end + headEnd.length - before) };
  };
}

function bodyGatherer(head: HttpHead) {
  const body = Buffer.alloc(head.bodyBytes);
  let filled = 0;
  return (piece: Buffer): HttpRequest | null => {
    // What follows the body is not of this request: `copy` stops where there is no more room.
    filled += piece.copy(body, filled);
    return filled < body.length ? null : { ...head, body };
  };
}
