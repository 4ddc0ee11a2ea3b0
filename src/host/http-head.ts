/** What the head of a request says. `path` has no query; `bodyBytes` follow the head. */
export type HttpHead = {
  readonly method: string;
  readonly path: string;
  readonly bodyBytes: number;
};

/** Why a request is refused: an HTTP status, and a sentence for whoever looks. */
export type Refusal = { readonly refused: number; readonly message: string };

const requestLine = /^([A-Z]+) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
// No `[ \t]*` before the value, which takes blanks, too: where the line is refused, all ways to share a run of
// blanks between the two would be tried, and a client chooses the run.
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads the head of an HTTP/1 request, without the empty line that ends it (RFC 9112 §3 and §5). Strict: what
 * is not exactly as the RFC has it is refused.
 */
export function readHttpHead(text: string): HttpHead | Refusal {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target, minor] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) return notHttp;
  const headers = readHeaders(lines);
  if (headers === null) return notHttp;
  // RFC 9112 §3.2.
  if (headers.hosts > 1 || (headers.hosts === 0 && minor === '1'))
    return refusal(400, 'a request of HTTP/1.1 names one host');
  // RFC 9112 §6.3. Chunks are not read: who sends a body knows its length.
  if (headers.chunked) return refusal(411, 'a request with a body has a content-length here');
  const bodyBytes = bodyLength(headers.lengths);
  return bodyBytes === null ? notHttp : { method, path: pathOf(target), bodyBytes };
}

export function refusal(refused: number, message: string): Refusal {
  return { refused, message };
}

export const notHttp = refusal(400, 'this is no request of HTTP/1.1');

/** Of the headers, what certd acts on; null where a line is none. */
function readHeaders(lines: readonly string[]) {
  let hosts = 0;
  let chunked = false;
  const lengths: string[] = [];
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const key = name.toLowerCase();
    if (key === 'host') hosts += 1;
    if (key === 'transfer-encoding') chunked = true;
    if (key === 'content-length') lengths.push(value);
  }
  return { hosts, chunked, lengths };
}

/** Null where it is no length, or there are two: who takes the other one sees another request than we do. */
function bodyLength([first = '0', ...others]: readonly string[]): number | null {
  const digits = /^[ \t]*(\d{1,15})[ \t]*$/.exec(first)?.[1];
  return digits === undefined || others.length > 0 ? null : Number(digits);
}

/** RFC 9112 §3.2.2: a server takes a whole URL, too. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return path.split('?')[0] ?? '';
}
