import { isUtf8 } from 'node:buffer';
import { basename, dirname, join } from 'node:path';
import { CertdError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { inIssuerPlace } from './issuer-place.ts';
import type { Layout } from './layout.ts';
import { type Place, readFileIn, trustedPlace } from './place.ts';

const largest = 1024 * 1024;

/** A JSON object with the reader's questions; each throws `state-corrupt` with the file and the key. */
export type Fields = {
  /** False where the key is missing: it came with a later version. */
  has(key: string): boolean;
  text(key: string): string;
  textOrNull(key: string): string | null;
  /** Null also where the key is missing: one that came with a later version. */
  textIfAny(key: string): string | null;
  instantIfAny(key: string): Instant | null;
  number(key: string): number;
  instantOrNull(key: string): Instant | null;
  instant(key: string): Instant;
  texts(key: string): readonly string[];
  /** None also where the key is missing. */
  textsIfAny(key: string): readonly string[];
  flag(key: string): boolean;
  /** False also where the key is missing. */
  flagIfAny(key: string): boolean;
  objectOrNull(key: string): Fields | null;
  objects(key: string): readonly Fields[];
  /** None also where the key is missing. */
  objectsIfAny(key: string): readonly Fields[];
};

/** The object in a state file of the deployer's, or null where there is no file. Anything else is `state-corrupt`. */
export function readState(path: string): Fields | null {
  return stateIn(trustedPlace(dirname(path)), basename(path));
}

/** The same for a file below `issuer/`. */
export function readIssuerFile(layout: Layout, path: string): Fields | null {
  return inIssuerPlace(layout, dirname(path), corrupt, place => stateIn(place, basename(path)));
}

/** The same for a file of a directory to read in. */
export function stateIn(place: Place, name: string): Fields | null {
  const bytes = readFileIn(place, name, { largest, refuse: corrupt });
  if (bytes === null) return null;
  const path = join(place.path, name);
  const fields = fieldsOf(parse(path, bytes), path);
  const schema = fields.number('schema');
  if (schema !== 1) throw corrupt(path, `schema ${schema} is not known to this version`);
  return fields;
}

function parse(path: string, bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw corrupt(path, 'it is not UTF-8');
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    // The parser's message can quote the content; the position is all that a person needs.
    throw corrupt(path, 'it is not JSON', cause);
  }
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(where, 'it is no JSON object');
  }
  const object = new Map<string, unknown>(Object.entries(value));
  const of = <T>(key: string, wanted: string, read: (found: unknown) => T | undefined): T => {
    const result = read(object.get(key));
    if (result === undefined) throw corrupt(where, `"${key}" is not ${wanted}`);
    return result;
  };
  const itemOf = (key: string) => (item: unknown, index: number) =>
    fieldsOf(item, `${where}: "${key}"[${index}]`);
  return {
    has: key => object.has(key),
    text: key => of(key, 'a text', textOf),
    textOrNull: key => of(key, 'a text or null', orNull(textOf)),
    instantIfAny: key => of(key, 'an RFC 3339 time or null', found => orNull(instantOf)(found ?? null)),
    textIfAny: key => of(key, 'a text or null', found => orNull(textOf)(found ?? null)),
    number: key => of(key, 'a whole number', countOf),
    instant: key => of(key, 'an RFC 3339 time', instantOf),
    instantOrNull: key => of(key, 'an RFC 3339 time or null', orNull(instantOf)),
    texts: key => of(key, 'a list of texts', textsOf),
    textsIfAny: key => of(key, 'a list of texts', (found = []) => textsOf(found)),
    flag: key => of(key, 'true or false', found => (typeof found === 'boolean' ? found : undefined)),
    flagIfAny: key =>
      of(key, 'true or false', (found = false) => (typeof found === 'boolean' ? found : undefined)),
    objects: key => of(key, 'a list of objects', listOf).map(itemOf(key)),
    objectsIfAny: key => of(key, 'a list of objects', (found = []) => listOf(found)).map(itemOf(key)),
    objectOrNull: key => {
      const found = of(key, 'an object or null', value => (value === undefined ? undefined : { value }));
      return found.value === null ? null : fieldsOf(found.value, `${where}: "${key}"`);
    },
  };
}

const orNull =
  <T>(read: (found: unknown) => T | undefined) =>
  (found: unknown): T | null | undefined =>
    found === null ? null : read(found);

const textOf = (found: unknown) => (typeof found === 'string' ? found : undefined);
const countOf = (found: unknown) =>
  typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : undefined;

function listOf(found: unknown): readonly unknown[] | undefined {
  return Array.isArray(found) ? found : undefined;
}

function textsOf(found: unknown): readonly string[] | undefined {
  if (!Array.isArray(found)) return undefined;
  const texts = found.filter(item => typeof item === 'string');
  return texts.length === found.length ? texts : undefined;
}

function instantOf(found: unknown): Instant | undefined {
  if (typeof found !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(found)) return undefined;
  const at = Date.parse(found);
  return Number.isNaN(at) ? undefined : at;
}

/** The error for what certd keeps and cannot be used. */
export function corrupt(where: string, why: string, cause?: unknown): CertdError {
  return new CertdError('state-corrupt', `${where} cannot be used: ${why}`, { cause });
}
