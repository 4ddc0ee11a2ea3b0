/** What a server does, by its configuration, with the request of a CA for a token of one name on port 80. */
export type ChallengeAnswer = {
  /** `file:line` of the site that answers for the name. */
  readonly place: string;
  readonly outcome: ChallengeOutcome;
};

/**
 * `file`: it looks for that file, which has the name of the token. `redirect`: the CA is sent elsewhere. `refused`: it never
 * gets a file. `unclear`: more than doctor understands, or known only while the server runs.
 */
export type ChallengeOutcome =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'redirect'; readonly to: string; readonly place: string }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unclear'; readonly words: string };

export function unclear(words: string): ChallengeOutcome {
  return { kind: 'unclear', words };
}

/** Of a directive, as people look for it. */
export function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

/** How a server answers on port 80, as far as its configuration was understood. */
export type WebSide = {
  /**
   * To a request for a name that comes in at this address of the host, where `0.0.0.0` is one that nobody listens on by
   * itself; null where no site of it listens there on port 80.
   */
  answer(domain: string, at: string): ChallengeAnswer | null;
  /** The user that reads the files; null where the configuration does not say. */
  readonly worker: string | null;
};

/** The port of HTTP-01 (RFC 8555 §8.3). */
export const challengePort = 80;

/** Of RFC 8555 §8.3: like those of every CA. */
const exampleToken = 'LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0';

const challengeDirectory = '/.well-known/acme-challenge';

export const challengeUri = `${challengeDirectory}/${exampleToken}`;

/** A regular expression of a server in JavaScript’s words; null where it has what JavaScript does not know. */
export function patternOf(pcre: string, flags = ''): RegExp | null {
  const start = /^\(\?i\)/.test(pcre) ? { text: pcre.slice(4), flags: 'i' } : { text: pcre, flags };
  try {
    return new RegExp(start.text.replaceAll('(?P<', '(?<'), start.flags);
  } catch {
    return null;
  }
}
