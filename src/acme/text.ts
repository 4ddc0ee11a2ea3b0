const maxLength = 500;

/**
 * Text that a CA sent, fit for a log line and a terminal: control, line-breaking and direction-changing
 * characters become spaces, and at most 500 characters remain.
 */
export function safeText(text: string): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  return plain.length <= maxLength ? plain : `${plain.slice(0, maxLength - 1)}…`;
}
