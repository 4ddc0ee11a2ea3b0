/**
 * Text in which each character that a terminal or an editor would act on, line feeds aside, is written as
 * `\uXXXX`. JSON stays the same JSON (RFC 8259 §7): JSON.stringify leaves those above U+001F as they are.
 */
export function visibleText(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** By UTF-16 units: there are such characters beyond U+FFFF. */
function escaped(character: string): string {
  return character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
