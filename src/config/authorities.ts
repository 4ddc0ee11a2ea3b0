type Preset = {
  readonly directoryUrl: string | null;
  readonly needsEab: boolean;
  /** Name of the preset that a dry run orders from. */
  readonly staging?: string;
  readonly caa: CaaPractice;
};

/** How CAA records speak of a CA. */
export type CaaPractice = {
  /** The issuer domain names that it takes for its own; the first is the one that it asks people for. */
  readonly identities: readonly [string, ...string[]];
  /** Whether it says that it obeys `accounturi` and `validationmethods` (RFC 8657). */
  readonly obeysParameters: boolean;
};

/**
 * letsencrypt.org/docs/caa; help.zerossl.com 360060119753 and what Sectigo says of its other names; pki.goog/faq;
 * ssl.com, how-to/configure-caa-records-to-authorize-ssl-com; docs.digicert.com, dns-caa-resource-record-check.
 */
const caaOf = {
  letsEncrypt: { identities: ['letsencrypt.org'], obeysParameters: true },
  zerossl: {
    identities: ['sectigo.com', 'trust-provider.com', 'usertrust.com', 'comodoca.com', 'comodo.com'],
    obeysParameters: false,
  },
  google: { identities: ['pki.goog'], obeysParameters: false },
  sslcom: { identities: ['ssl.com'], obeysParameters: false },
  digicert: {
    identities: ['digicert.com', 'symantec.com', 'thawte.com', 'geotrust.com', 'rapidssl.com'],
    obeysParameters: false,
  },
} as const satisfies Readonly<Record<string, CaaPractice>>;

/**
 * The authorities that need no entry in `cas:`. Directory URLs after letsencrypt.org/docs/staging-environment
 * and the lists of lego (advanced/caservers) and acme.sh (wiki/Server). Null where the provider has one
 * directory per key type (SSL.com) or per customer platform (DigiCert), so that the entry must say.
 */
export const presets: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  [
    'letsencrypt',
    {
      directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
      needsEab: false,
      staging: 'letsencrypt-staging',
      caa: caaOf.letsEncrypt,
    },
  ],
  [
    'letsencrypt-staging',
    {
      directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
      needsEab: false,
      caa: caaOf.letsEncrypt,
    },
  ],
  ['zerossl', { directoryUrl: 'https://acme.zerossl.com/v2/DV90', needsEab: true, caa: caaOf.zerossl }],
  [
    'google',
    {
      directoryUrl: 'https://dv.acme-v02.api.pki.goog/directory',
      needsEab: true,
      staging: 'google-staging',
      caa: caaOf.google,
    },
  ],
  [
    'google-staging',
    { directoryUrl: 'https://dv.acme-v02.test-api.pki.goog/directory', needsEab: true, caa: caaOf.google },
  ],
  ['sslcom', { directoryUrl: null, needsEab: true, caa: caaOf.sslcom }],
  ['digicert', { directoryUrl: null, needsEab: true, caa: caaOf.digicert }],
]);

const stagingDirectories: ReadonlySet<string | null> = new Set(
  [...presets.keys()].map(stagingOfPreset).filter(url => url !== null),
);

/** The staging directory of a built-in CA; null where it has none, or is none. */
export function stagingOfPreset(name: string): string | null {
  return presets.get(presets.get(name)?.staging ?? '')?.directoryUrl ?? null;
}

/** Whether a directory is one of those whose certificates are for trying things out: they lead to roots that nobody trusts. */
export function isStaging(directoryUrl: string): boolean {
  return stagingDirectories.has(directoryUrl);
}

/** How CAA records speak of the CA behind this directory; null of one that is not built in. */
export function caaPracticeOf(name: string, directoryUrl: string): CaaPractice | null {
  const atUrl = [...presets.values()].find(preset => preset.directoryUrl === directoryUrl);
  if (atUrl !== undefined) return atUrl.caa;
  const named = presets.get(name);
  // One that is built in without a directory; any other of that name was given another directory.
  return named?.directoryUrl === null ? named.caa : null;
}

export const defaultAuthority = 'letsencrypt';
