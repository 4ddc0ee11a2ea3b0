const patterns: readonly (readonly [RegExp, string])[] = [
  // A log line is JSON: line breaks inside a PEM block are the two characters backslash and n.
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/gs,
    '[private key removed]',
  ],
  [/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}/g, '$1 [removed]'],
  [/("?authorization"?\s*[:=]\s*"?)(?!Bearer|Basic)[^"\s,}]{8,}/gi, '$1[removed]'],
];

/** The last censor before a log line or a hook's output leaves certd: no key and no authorization header. */
export function redact(text: string): string {
  return patterns.reduce((censored, [pattern, instead]) => censored.replace(pattern, instead), text);
}
