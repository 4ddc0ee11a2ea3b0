import { readDomain } from './domain.ts';
import type { Source } from './parse.ts';
import { certificateSchema } from './schema-certificate.ts';
import { at, type Finding } from './schema-findings.ts';

/** A finding and the file that it is in. */
export type Located = { readonly source: Source; readonly finding: Finding };

/** One item of `certificates:` as far as it can be understood, whether or not all of it is right. */
export type Entry = {
  readonly source: Source;
  readonly path: readonly PropertyKey[];
  readonly raw: unknown;
  /** Null: none written; undefined: written, and not usable. */
  readonly explicitName: string | null | undefined;
  /** In the order of the file; null for one that is not usable. */
  readonly domains: readonly (string | null)[];
  /** In the order of preference. Null: none written, or not usable. */
  readonly cas: readonly string[] | null;
};

/** Every certificate of a file. */
export function entriesOf(source: Source): Entry[] {
  const list = at(source.data, ['certificates']);
  if (!Array.isArray(list)) return [];
  return list.map((raw: unknown, index) => {
    const name = certificateSchema.shape.name.safeParse(at(raw, ['name']));
    const ca = certificateSchema.shape.ca.safeParse(at(raw, ['ca']));
    return {
      source,
      path: ['certificates', index],
      raw,
      explicitName: name.success ? (name.data ?? null) : undefined,
      domains: domainsOf(at(raw, ['domains'])),
      cas: ca.data ?? null,
    };
  });
}

function domainsOf(list: unknown): (string | null)[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => {
    const read = typeof item === 'string' ? readDomain(item) : null;
    return read !== null && 'value' in read ? read.value : null;
  });
}
