const removedKey = '[private key removed]';

const patterns: readonly (readonly [RegExp, string])[] = [
  // A log line is JSON: line breaks inside a PEM block are the two characters backslash and n.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/gs, removedKey],
  // Of a long output only the end is logged: it can begin in the middle of a key.
  [/(?<![A-Za-z0-9+/=\r\n\\])[A-Za-z0-9+/=\r\n\\]*-----END [A-Z ]*PRIVATE KEY-----/g, removedKey],
  [/\bDigest (?:[a-z]+=(?:\\*"[^"\\\r\n]*\\*"|[\w-]+)(?:, *)?)+/gi, 'Digest [removed]'],
  // The header's whole value, up to the quote or line end after it.
  [/(authorization(?:\\*")?\s*[:=](?!:)\s*(?:\\*")?)(?![[{]|null\b)[^"\\\r\n]+/gi, '$1[removed]'],
  [/\b(Bearer) [A-Za-z0-9._~+/=-]{8,}/g, '$1 [removed]'],
  // "Basic Constraints" are words of X.509, no credentials.
  [/\b(Basic) (?=\S*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9+/=]{8,}/g, '$1 [removed]'],
];

/** The last censor before a log line or a hook's output leaves certd: no key and no authorization header. */
export function redact(text: string): string {
  return patterns.reduce((censored, [pattern, instead]) => censored.replace(pattern, instead), text);
}
