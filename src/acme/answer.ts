import type { HttpAnswer } from './transport.ts';

/** An answer of the CA: `data` is the parsed JSON object, else the text as it came. Nothing in it is checked. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
};

/** Reads the body by what it is: CAs and the proxies before them label JSON in many ways. */
export function answerOf(answer: HttpAnswer): Answer {
  return { status: answer.status, headers: answer.headers, data: parse(answer.body) };
}

function parse(body: string): unknown {
  if (!body.trimStart().startsWith('{')) return body;
  try {
    return JSON.parse(body);
  } catch (error) {
    // Not JSON after all: whoever expects an object refuses the text.
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
