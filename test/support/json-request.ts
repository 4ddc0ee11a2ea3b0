import { request } from 'node:http';
import { request as secureRequest } from 'node:https';

/** One request to a test server's management port; throws for any status but 200. `ca`: PEM to trust for https. */
export function requestText(
  url: string,
  more: { readonly body?: unknown; readonly ca?: string } = {},
): Promise<string> {
  const body = more.body === undefined ? null : JSON.stringify(more.body);
  const options = {
    method: body === null ? 'GET' : 'POST',
    signal: AbortSignal.timeout(10_000),
    agent: false,
    // Pebble refuses whoever does not say who it is.
    headers: { 'user-agent': 'certd-tests' },
    ...(more.ca === undefined ? {} : { ca: more.ca }),
  } as const;
  return new Promise((resolve, reject) => {
    const sent = (url.startsWith('https:') ? secureRequest : request)(url, options, answer => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${url}: ${answer.statusCode} ${text}`)),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
