import { readDomain } from '../config/domain.ts';
import { privateZoneOf } from '../config/private-names.ts';
import { CertdError } from '../core/errors.ts';
import type { Metadata } from '../metadata/find-metadata.ts';
import { publicIpv4 } from '../metadata/public-addresses.ts';

/** More names in one certificate no public CA takes. */
const mostNames = 100;

/**
 * The domains that the words of `--domain` stand for, each once: a name, `${instance:public-ipv4}`, or `${tag:KEY}` for the
 * names in a tag of this instance. `look` is called once, where it is needed. Throws `usage` or `config-invalid` for what was
 * typed, `metadata-unreachable` or `metadata-refused` for what the cloud says.
 */
export async function initDomains(
  words: readonly string[],
  look: () => Promise<Metadata>,
): Promise<readonly string[]> {
  let found: Promise<Metadata> | null = null;
  const lists: (readonly string[])[] = [];
  for (const word of words) {
    const value = placeholderIn(word);
    if (value === null) lists.push([typed(word)]);
    else {
      found ??= look();
      lists.push(await resolved(value, await found));
    }
  }
  const domains = [...new Set(lists.flat())];
  if (domains.length <= mostNames) return domains;
  throw new CertdError(
    'config-invalid',
    `there are ${domains.length} domains; no public CA takes more than ${mostNames} in one certificate`,
  );
}

type Placeholder = { readonly tag: string | null };

/** Null for a word that is no placeholder. */
function placeholderIn(word: string): Placeholder | null {
  if (word === `\${instance:public-ipv4}`) return { tag: null };
  const tag = /^\$\{tag:([^}]*)\}$/.exec(word)?.[1];
  if (tag === undefined) {
    if (!word.includes('$')) return null;
    throw new CertdError(
      'usage',
      `--domain ${JSON.stringify(word)}: a whole value may be \${instance:public-ipv4} or \${tag:KEY}, and no part of one`,
    );
  }
  // What the two clouds show in the metadata; the three words mean something else there.
  if (/^[A-Za-z0-9+=.,_:@-]{1,128}$/.test(tag) && !['.', '..', '_index'].includes(tag)) return { tag };
  throw new CertdError(
    'usage',
    `--domain ${JSON.stringify(word)}: the metadata of an instance has only tags with a key of A-Z, a-z, 0-9 and + - = . , _ : @`,
  );
}

function typed(word: string): string {
  const read = readDomain(word);
  if ('value' in read) return read.value;
  const cure = /[ ,]/.test(word) ? '; --domain takes one name, and may be given again' : '';
  throw new CertdError('config-invalid', `--domain: ${read.problem}${cure}`);
}

async function resolved({ tag }: Placeholder, metadata: Metadata): Promise<readonly string[]> {
  const { cloud } = metadata.service;
  if (tag === null) {
    const address = await publicIpv4(metadata);
    if (address !== null) return [address];
    throw new CertdError('metadata-refused', `${cloud} says that this instance has no public IPv4 address`);
  }
  const text = await metadata.item(`tags/instance/${tag}`);
  // A line feed stays in its name, where it is refused.
  const names = (text ?? '').split(/[ ,]+/).filter(name => name !== '');
  if (names.length > 0) return names.map(name => fromTag(name, tag, cloud));
  throw new CertdError(
    'metadata-refused',
    `the metadata of this instance has no tag ${tag} with names in it: set it, and let the metadata show tags (InstanceMetadataTags=enabled on ${cloud})`,
  );
}

function fromTag(name: string, tag: string, cloud: string): string {
  const read =
    name.length > 300 ? { problem: `a word of ${name.length} characters is no domain` } : readDomain(name);
  const zone = 'value' in read ? privateZoneOf(read.value) : null;
  if ('value' in read && zone === null) return read.value;
  const problem =
    'value' in read ? `${read.value} is a private name: no public CA issues for .${zone}` : read.problem;
  throw new CertdError('metadata-refused', `the tag ${tag} on ${cloud}: ${problem}`);
}
