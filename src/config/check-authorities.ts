import { isAddress } from '../core/text/ip-address.ts';
import { defaultAuthority, presets } from './authorities.ts';
import type { Entry, Located } from './entries.ts';
import { didYouMean } from './nearest.ts';
import type { Source } from './parse.ts';
import { authority } from './schema.ts';
import { caChoice } from './schema-certificate.ts';
import { at, type Finding } from './schema-findings.ts';
import { plainName } from './schema-values.ts';

/** Every CA that is named must exist and have what it takes to register there; each entry needs a directory. */
export function authorityFindings(main: Source, entries: readonly Entry[]): Located[] {
  const written = writtenAuthorities(main);
  const known = knownAuthorities(main);
  const mentions = [
    { source: main, path: ['ca'], cas: writtenCas(main, ['ca']) },
    { source: main, path: ['defaults', 'ca'], cas: writtenCas(main, ['defaults', 'ca']) },
    ...entries.map(entry => ({ source: entry.source, path: [...entry.path, 'ca'], cas: entry.cas })),
  ];
  const found: Located[] = mentions.flatMap(({ source, path, cas }) =>
    (cas ?? []).flatMap((ca, index) => {
      const problem = mentionProblem(ca, known, main);
      const place = Array.isArray(at(source.data, path)) ? [...path, index] : path;
      return problem === null ? [] : [{ source, finding: { ...problem, path: place, onKey: false } }];
    }),
  );
  return [...found, ...written.flatMap(name => entryFindings(main, name))];
}

/** A name without a dot is nobody's in the public DNS: only a private authority issues for it (CA/B BR 7.1.2.7.12). */
export function singleLabelFindings(main: Source, entries: readonly Entry[]): Located[] {
  return entries.flatMap(entry => {
    const { source, path, domains } = entry;
    const authority = casOf(main, entry).find(ca => isPublic(main, ca));
    if (authority === undefined) return [];
    return domains.flatMap((domain, index) => {
      if (domain === null || domain.includes('.') || isAddress(domain)) return [];
      const message = `${domain} has no dot: a public CA such as ${authority} does not issue for it`;
      return [{ source, finding: invalid([...path, 'domains', index], message) }];
    });
  });
}

/** The names of all CAs: built in, and of `cas`. */
export function knownAuthorities(main: Source): readonly string[] {
  return [...new Set([...presets.keys(), ...writtenAuthorities(main)])];
}

function writtenAuthorities(main: Source): readonly string[] {
  const cas = at(main.data, ['cas']);
  return typeof cas === 'object' && cas !== null ? Object.keys(cas) : [];
}

/** Whether a CA is one of the built-in ones, at its own directory. */
export function isPublic(main: Source, ca: string): boolean {
  return presets.has(ca) && at(main.data, ['cas', ca, 'directory']) === undefined;
}

/** The CAs of a certificate, as far as they can be understood. */
export function casOf(main: Source, { cas }: Entry): readonly string[] {
  return cas ?? writtenCas(main, ['defaults', 'ca']) ?? writtenCas(main, ['ca']) ?? [defaultAuthority];
}

function mentionProblem(
  ca: string,
  known: readonly string[],
  main: Source,
): Pick<Finding, 'code' | 'message'> | null {
  if (!known.includes(ca)) {
    return { code: 'config-invalid', message: `there is no CA \`${ca}\`${didYouMean(ca, known)}` };
  }
  const preset = presets.get(ca);
  if (preset?.needsEab !== true) return null;
  const entry = at(main.data, ['cas', ca]);
  if (at(entry, ['eab']) !== undefined || hasUnknownKey(entry)) return null;
  // Where there is an entry, that it lacks the directory is said of it.
  const directory = preset.directoryUrl === null && entry === undefined ? 'directory: https://…, ' : '';
  const keys = `${directory}eab: { kid: …, hmac_key_file: /etc/certd/${ca}.hmac }`;
  return {
    code: 'config-invalid',
    message: `the CA \`${ca}\` wants external account binding: write \`cas: { ${ca}: { ${keys} } }\` with what it gave out`,
  };
}

function entryFindings(main: Source, name: string): Located[] {
  const checked = plainName.safeParse(name);
  if (!checked.success) {
    const message = `the name \`${name}\` must be ${checked.error.issues[0]?.message}`;
    return [{ source: main, finding: { ...invalid(['cas', name], message), onKey: true } }];
  }
  const preset = presets.get(name);
  const entry = at(main.data, ['cas', name]);
  const staging = at(entry, ['staging']);
  if (staging !== undefined && staging === (at(entry, ['directory']) ?? preset?.directoryUrl)) {
    const message = `the CA \`${name}\` cannot be its own staging: a dry run must not touch it`;
    return [{ source: main, finding: invalid(['cas', name, 'staging'], message) }];
  }
  if (typeof entry !== 'object' || entry === null || preset?.directoryUrl) return [];
  if (at(entry, ['directory']) !== undefined || hasUnknownKey(entry)) return [];
  const similar = preset === undefined ? didYouMean(name, [...presets.keys()]) : '';
  const message = `the CA \`${name}\` needs a \`directory\`${similar}`;
  return [{ source: main, finding: { ...invalid(['cas', name], message), onKey: true } }];
}

/** A key that is unknown is probably the one that is missing, misspelt, and reported already. */
function hasUnknownKey(entry: unknown): boolean {
  return (
    typeof entry === 'object' && entry !== null && Object.keys(entry).some(key => !(key in authority.shape))
  );
}

function writtenCas(main: Source, path: readonly string[]): readonly string[] | null {
  return caChoice.safeParse(at(main.data, path)).data ?? null;
}

function invalid(path: readonly PropertyKey[], message: string): Finding {
  return { code: 'config-invalid', path, onKey: false, message };
}
