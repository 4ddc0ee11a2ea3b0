/**
 * What a metadata service has sent, as text without white space around it. Null where it is not UTF-8, or has a character
 * other than a line feed that moves a cursor or turns the direction of writing.
 */
export function itemText(bytes: Uint8Array): string | null {
  const text = decoded(bytes)?.trim() ?? null;
  return text === null || /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? null : text;
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    if (thrown instanceof TypeError) return null;
    throw thrown;
  }
}
