import * as z from 'zod';
import { readDomain } from './domain.ts';
import { readRenewAt, readShare, readTimeLimit } from './duration.ts';
import { readListenAddress } from './listen-address.ts';
import { didYouMean } from './nearest.ts';
import type { Reading } from './reading.ts';
import { readCommandLine, readCommandWords, readShellScript } from './words.ts';

/*
 * How messages come about: the `error` of a type is the phrase that completes "must be …", and
 * `schema-findings.ts` adds the key and what was found. An unknown key's message is its suggestion,
 * one line a key.
 */

/** A mapping that holds these keys and no other. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, phrase = 'a mapping') {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys' ? issue.keys.map(key => didYouMean(key, known)).join('\n') : phrase,
  });
}

/**
 * A key of the contract that a later version brings: its value is checked like any other, then refused.
 * Editors see it as not allowed (`scripts/write-schema.ts`).
 */
export function notYet<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema
    .superRefine((_, context) => context.addIssue({ code: 'custom', params: { certd: 'not-available-yet' } }))
    .meta({ notYet: true, description: `Not available in this version. ${description}` });
}

/** Text that one of the readers turns into a value. */
export function reading<Value>(read: (text: string) => Reading<Value>, phrase: string) {
  return z.string({ error: phrase }).transform((text, context) => settle(read(text), context));
}

function settle<Value>(result: Reading<Value>, context: z.core.$RefinementCtx): Value {
  if ('value' in result) return result.value;
  context.addIssue({ code: 'custom', message: result.problem });
  return z.NEVER;
}

export function text(phrase: string) {
  return z.string({ error: phrase }).min(1, phrase);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

export function listOf<Item extends z.ZodType>(item: Item, phrase: string) {
  return z.array(item, { error: phrase });
}

export const path = z
  .string({ error: 'an absolute path' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no control character belongs into a path
  .regex(/^\/[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$/, 'an absolute path, one that begins with /');

/** `health.sock` and the like: sockaddr_un holds 107 bytes and a NUL (unix(7)). */
export const socketPath = path.refine(value => Buffer.byteLength(value) <= 107, {
  error: 'it is longer than the 107 bytes that a socket’s path may have',
});

const nameLength = 200;
/** Names of certificates and authorities: they become names of directories. */
export const plainName = z
  .string({ error: 'a name' })
  .max(nameLength, `a name of at most ${nameLength} characters`)
  .regex(
    /^(?![.-])(?!.*\.\.)[a-z0-9._-]+$/,
    'a name of a-z, 0-9, dots, underscores and hyphens, without two dots in a row, that begins with neither dot nor hyphen',
  );

export const octalMode = z
  .string({ error: 'a file mode in quotes such as "0660"' })
  .regex(/^0?[0-7]{3}$/, 'a file mode in quotes such as "0660"')
  .refine(mode => (Number.parseInt(mode, 8) & 0o002) === 0, { error: 'it lets everybody on this host write' })
  .transform(mode => Number.parseInt(mode, 8));

export const yesOrNo = z.boolean({ error: 'true or false' });
export const timeLimit = reading(readTimeLimit, 'a duration such as 90s, 10m or 12h');
export const share = reading(readShare, 'a share such as 33% or 2/3');
export const renewAt = reading(readRenewAt, 'a share of the lifetime such as 2/3, or a time such as 30d');
export const domain = reading(readDomain, 'a domain name');
export const listenAddress = reading(readListenAddress, 'an IP address and port such as "0.0.0.0:80"');
export const account = z
  .string({ error: 'a name of a user or group' })
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, 'a name of a user or group');

const commandPhrase = 'a command: one string, a list of words, or { shell: "…" }';
const word = z.string({ error: 'a word' });

export const command = z.union(
  [
    reading(readCommandLine, commandPhrase),
    listOf(word, commandPhrase).transform((words, context) => settle(readCommandWords(words), context)),
    mapping({ shell: z.string({ error: 'a script for /bin/sh' }) }, commandPhrase).transform(
      ({ shell }, context) => settle(readShellScript(shell), context),
    ),
  ],
  { error: commandPhrase },
);
