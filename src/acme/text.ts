import { plainText } from '../core/text/plain-text.ts';

const maxLength = 500;

/** Text that a CA sent, fit for a log line and a terminal, and at most 500 characters long. */
export function safeText(text: string): string {
  const plain = plainText(text);
  return plain.length <= maxLength ? plain : `${plain.slice(0, maxLength - 1)}…`;
}
