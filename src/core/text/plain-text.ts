/**
 * Text of others on one line, fit for a terminal and a log: control, line-breaking and direction-changing
 * characters become spaces, so that nothing in it can move the cursor or pose as a line of its own.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/** The same for text whose line breaks are meant; empty lines go. */
export function plainLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map(plainText)
    .filter(line => line !== '');
}
