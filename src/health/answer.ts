import type { CertdError } from '../core/errors.ts';
import type { Refusal } from '../host/http-head.ts';
import type { HttpAnswer } from '../host/one-request-server.ts';

/** What a route answers: JSON, or a text of another type, for example that of Prometheus. */
export type Answer =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly text: string; readonly type: string };

/** Turns an answer into bytes. One that many clients ask for is rendered once and handed out as it is. */
export function render(answer: Answer): HttpAnswer {
  const { status } = answer;
  if ('text' in answer) return { status, type: answer.type, bytes: Buffer.from(answer.text) };
  const bytes = Buffer.from(`${JSON.stringify(answer.body)}\n`);
  return { status, type: 'application/json; charset=utf-8', bytes };
}

/** What a client reads of a request that was none, or not in time. */
export function renderRefusal({ refused, message }: Refusal): HttpAnswer {
  return render({ status: refused, body: { code: 'usage', message } });
}

/** What a client reads of an error. */
export function renderError(error: CertdError): HttpAnswer {
  return render({ status: statusOf(error), body: { code: error.code, message: error.message } });
}

function statusOf({ code }: CertdError): number {
  if (code === 'usage') return 400;
  return code === 'not-available-yet' ? 501 : 500;
}
