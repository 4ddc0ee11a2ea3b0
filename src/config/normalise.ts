import { CertdError } from '../core/errors.ts';
import type { CaChoice, ChallengeMethod, Target } from '../core/model.ts';
import { defaultAuthority, presets, stagingOfPreset } from './authorities.ts';
import type { Authority, Config, ConfigProblem } from './config.ts';
import { deployOf } from './deploy.ts';
import { deployDigest } from './deploy-digest.ts';
import { profileOf } from './profile.ts';
import type { CertificateEntry, MainFile } from './schema.ts';

/** Files that passed every check; `certificates` are those of all of them. */
export type DecodedFiles = { readonly main: MainFile; readonly certificates: readonly CertificateEntry[] };

/**
 * The configuration as the rest of certd sees it: defaults filled in, and `defaults:` under each
 * certificate. Mappings (`key`, `renew`, `deploy`) merge key by key; lists, and `challenge`, which is one
 * choice, are taken whole from the nearest place.
 */
export function normalise({ main, certificates }: DecodedFiles, warnings: readonly ConfigProblem[]): Config {
  const targets = certificates.map(entry => targetOf(entry, main));
  return {
    account: { email: main.account.email ?? null },
    authorities: authoritiesOf(targets, main.cas ?? {}),
    knownAuthorities: knownAuthorities(main.cas ?? {}),
    certificates: targets,
    schedule: main.schedule ?? '* * * * *',
    health: {
      socket: main.health?.socket ?? null,
      mode: main.health?.mode ?? 0o660,
      group: main.health?.group ?? null,
    },
    thresholds: {
      warning: main.thresholds?.warning ?? defaultThresholds.warning,
      critical: main.thresholds?.critical ?? defaultThresholds.critical,
    },
    logLevel: main.log?.level ?? 'info',
    warnings,
  };
}

export const defaultThresholds = { warning: 0.2, critical: 0.05 };

/**
 * The name of a certificate that is given none. `*` can be no part of a path that people type, and a name may not
 * begin with a dash: `::1` is `0::1`, and so `0--1`.
 */
export function defaultName(firstDomain: string): string {
  return firstDomain.replace(/^\*\./, '_.').replace(/^:/, '0:').replaceAll(':', '-');
}

function targetOf(entry: CertificateEntry, main: MainFile): Target {
  const [first = ''] = entry.domains;
  const defaults = main.defaults ?? {};
  const cas = choicesOf(entry, main);
  const { files, deploy, attempt } = deployOf(entry, main);
  return {
    name: entry.name ?? defaultName(first),
    domains: entry.domains,
    cas,
    keyType: entry.key?.type ?? defaults.key?.type ?? 'ecdsa-p256',
    keyReuse: entry.key?.reuse ?? defaults.key?.reuse ?? false,
    challenge: challengeOf(entry.challenge ?? defaults.challenge),
    renewAt: entry.renew?.at ?? defaults.renew?.at ?? null,
    files,
    deploy,
    deployDigest: deployDigest({ cas, files, deploy }),
    attempt,
    onClone: main.on_clone ?? 'renew',
  };
}

function choicesOf(entry: CertificateEntry, { ca, cas = {}, defaults = {} }: MainFile): Target['cas'] {
  const [first = defaultAuthority, ...others] = entry.ca ?? defaults.ca ?? ca ?? [];
  const choice = (name: string): CaChoice => ({
    name,
    profile: profileOf(name, [entry.profile, defaults.profile, cas[name]?.profile]),
    preferredChain: rootAt(name, entry.preferred_chain) ?? rootAt(name, defaults.preferred_chain),
    settings: settingsText(cas[name]),
  });
  return [choice(first), ...others.map(choice)];
}

/** Without what is a choice of each certificate. No secret: a binding's key is in a file. */
function settingsText(entry: AuthorityEntry): string {
  if (entry === undefined) return '';
  const { directory, trust, roots, eab, validation_port: port, issue_timeout: timeout } = entry;
  const binding = eab === undefined ? undefined : `${eab.kid} ${eab.hmac_key_file}`;
  return [directory, trust, roots, binding, port, timeout].filter(value => value !== undefined).join(' ');
}

/** A mapping by CA says nothing of the CAs that are not in it. */
function rootAt(ca: string, written: CertificateEntry['preferred_chain']): string | null {
  if (written === undefined || typeof written === 'string') return written ?? null;
  return Object.hasOwn(written, ca) ? (written[ca] ?? null) : null;
}

function challengeOf(challenge: CertificateEntry['challenge']): ChallengeMethod {
  if (challenge?.webroot !== undefined) return { kind: 'webroot', path: challenge.webroot };
  if (challenge?.standalone?.listen !== undefined) {
    return { kind: 'standalone', listen: challenge.standalone.listen };
  }
  if (challenge?.standalone?.socket !== undefined) return { kind: 'systemd-socket' };
  throw new CertdError('internal-error', 'a certificate without a challenge passed the checks');
}

function authoritiesOf(
  targets: readonly Target[],
  cas: NonNullable<MainFile['cas']>,
): ReadonlyMap<string, Authority> {
  const names = targets.flatMap(target => target.cas.map(({ name }) => name));
  return new Map(names.map(name => [name, authorityOf(name, cas[name])]));
}

function knownAuthorities(cas: NonNullable<MainFile['cas']>): ReadonlyMap<string, Authority> {
  const names = [...new Set([...presets.keys(), ...Object.keys(cas)])];
  const usable = names.filter(name => directoryOf(name, cas[name]) !== null);
  return new Map(usable.map(name => [name, authorityOf(name, cas[name])]));
}

type AuthorityEntry = NonNullable<MainFile['cas']>[string] | undefined;

function directoryOf(name: string, entry: AuthorityEntry): string | null {
  return entry?.directory ?? presets.get(name)?.directoryUrl ?? null;
}

function authorityOf(name: string, entry: AuthorityEntry): Authority {
  const directoryUrl = directoryOf(name, entry);
  if (directoryUrl === null) {
    throw new CertdError('internal-error', `the CA ${name} without a directory passed the checks`);
  }
  return {
    name,
    directoryUrl,
    // Of a CA that has only the name of a built-in one nobody knows where its staging is.
    stagingUrl: entry?.staging ?? (entry?.directory === undefined ? stagingOfPreset(name) : null),
    trustFile: entry?.trust ?? null,
    rootsFile: entry?.roots ?? null,
    eab: entry?.eab === undefined ? null : { kid: entry.eab.kid, hmacKeyFile: entry.eab.hmac_key_file },
    issueTimeoutMs: entry?.issue_timeout ?? 600_000,
    validationPort: entry?.validation_port ?? 80,
  };
}
