import type { CertdError } from '../core/errors.ts';

/** What a route answers: JSON, or a text of another type, for example that of Prometheus. */
export type Answer =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly text: string; readonly type: string };

/** An answer as it goes over the wire. Its bytes may be sent to any number of clients at once. */
export type Rendered = { readonly status: number; readonly type: string; readonly bytes: Buffer };

/** Turns an answer into bytes. One that many clients ask for is rendered once and handed out as it is. */
export function render(answer: Answer): Rendered {
  const { status } = answer;
  if ('text' in answer) return { status, type: answer.type, bytes: Buffer.from(answer.text) };
  const bytes = Buffer.from(`${JSON.stringify(answer.body)}\n`);
  return { status, type: 'application/json; charset=utf-8', bytes };
}

/** What a client reads of an error. */
export function errorAnswer(error: CertdError): Answer {
  return { status: statusOf(error), body: { code: error.code, message: error.message } };
}

function statusOf({ code }: CertdError): number {
  if (code === 'usage') return 400;
  return code === 'not-available-yet' ? 501 : 500;
}
