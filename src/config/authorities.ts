type Preset = {
  readonly directoryUrl: string | null;
  readonly needsEab: boolean;
  /** Name of the preset that a dry run orders from. */
  readonly staging?: string;
};

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
    },
  ],
  [
    'letsencrypt-staging',
    { directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory', needsEab: false },
  ],
  ['zerossl', { directoryUrl: 'https://acme.zerossl.com/v2/DV90', needsEab: true }],
  [
    'google',
    {
      directoryUrl: 'https://dv.acme-v02.api.pki.goog/directory',
      needsEab: true,
      staging: 'google-staging',
    },
  ],
  ['google-staging', { directoryUrl: 'https://dv.acme-v02.test-api.pki.goog/directory', needsEab: true }],
  ['sslcom', { directoryUrl: null, needsEab: true }],
  ['digicert', { directoryUrl: null, needsEab: true }],
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

export const defaultAuthority = 'letsencrypt';
