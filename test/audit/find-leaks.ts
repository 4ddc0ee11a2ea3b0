import { createPrivateKey } from 'node:crypto';

/** Something that must never be printed, and where it was. */
export type Leak = { readonly what: string; readonly line: number };

/** A key is recognised by any 32 characters of it in a row. */
const sliceLength = 32;

/** What gives itself away by its form. What `redact` leaves in place of a secret is none. */
const forms: readonly (readonly [string, RegExp])[] = [
  ['a PEM private key', /PRIVATE KEY/],
  // Also escaped any number of times; `null` and lists are no header, "authorization :: text" is the CA's prose.
  ['an authorization header', /authorization(?:\\*")?\s*[:=](?!:|\s*\\*"?(?:\[removed\]|null\b|[[{]|\s*$))/i],
  ['a Bearer token', /\bBearer (?!\[removed\])[A-Za-z0-9._~+/=-]{8,}/i],
  ['Basic credentials', /\b[Bb]asic (?=\S*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9+/=]{8,}/],
  ['Digest credentials', /\bDigest [a-z]+=/i],
  // RFC 7515 §7.2; then how the first member of its header (alg, jwk, kid, nonce, typ, url) begins in base64url.
  // Boulder's unpause address has one that it made for whoever runs this host to click on.
  [
    'a JWS',
    /\\*"(?:protected|signature)\\*"\s*:|(?<!unpause\?jwt=)\beyJ(?:hbGci|qd2si|raWQi|ub25jZ|0eXAi|1cmwi)/,
  ],
];

export type Secrets = {
  /** PEM private keys. */
  readonly keys: readonly string[];
  /** Anything else, as it is written in its file. */
  readonly texts: readonly string[];
};

/** A finder of leaks; made once, since it takes the keys apart. */
export function leakFinder({ keys, texts }: Secrets): (text: string) => readonly Leak[] {
  const slices = new Set(keys.flatMap(writingsOf).flatMap(slicesOf));
  const writings = texts.flatMap(text => [text, ...encodings(Buffer.from(text))]);
  const leaksIn = (line: string) => [
    ...forms.filter(([, pattern]) => pattern.test(line)).map(([what]) => what),
    ...(hasSlice(line, slices) ? ['part of a private key'] : []),
    ...(writings.some(writing => line.includes(writing)) ? ['a secret of the run'] : []),
  ];
  return text =>
    text.split('\n').flatMap((line, index) => leaksIn(line).map(what => ({ what, line: index + 1 })));
}

/** A line break inside JSON is a backslash and a letter: without them a key's lines are one. */
function hasSlice(line: string, slices: ReadonlySet<string>): boolean {
  const runs = line.replaceAll(/\\+[rn]/g, '').match(/[A-Za-z0-9+/_=-]{32,}/g) ?? [];
  return runs.flatMap(slicesOf).some(slice => slices.has(slice));
}

function slicesOf(text: string): readonly string[] {
  const count = Math.max(0, text.length - sliceLength + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + sliceLength));
}

/** The file's own base64, and each secret number of the key (RFC 7518 §6) by itself. */
function writingsOf(pem: string): readonly string[] {
  const body = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  const jwk = createPrivateKey(pem).export({ format: 'jwk' });
  const numbers = [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].filter(number => number !== undefined);
  return [body, urlSafe(body), ...numbers.flatMap(number => encodings(Buffer.from(number, 'base64url')))];
}

/** Hex, and base64 at each of the three places where the bytes can begin inside other ones. */
function encodings(bytes: Buffer): readonly string[] {
  const base64 = [0, 1, 2].map(before => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // Without the letters at both ends that the neighbours have a part in.
    return text.slice(before === 0 ? 0 : 4, (before + bytes.length) % 3 === 0 ? undefined : -1);
  });
  return [bytes.toString('hex'), ...base64, ...base64.map(urlSafe)];
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
