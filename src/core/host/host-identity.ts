/** Where a host says who it is, the most trustworthy first. */
export const identitySources = ['dmi', 'cloud-init', 'machine-id'] as const;

export type IdentitySource = (typeof identitySources)[number];

/** What one file says of the host. Which file counts: not every user may read each of them. */
export type HostFact = {
  readonly source: IdentitySource;
  /** Its absolute path. */
  readonly file: string;
  readonly value: string;
};

export type HostComparison =
  | { readonly kind: 'same' }
  /** Nothing is stored yet. */
  | { readonly kind: 'first' }
  | { readonly kind: 'changed'; readonly from: HostFact; readonly to: HostFact }
  /** There is nothing that both have. */
  | { readonly kind: 'unknown' };

/**
 * Whether this is the host that was stored: the first file, in the order of the sources, that both have decides. A file
 * that only one of them could read says nothing, so root and the user of the issuer see the same host.
 */
export function compareHosts(stored: readonly HostFact[], current: readonly HostFact[]): HostComparison {
  if (current.length === 0) return { kind: 'unknown' };
  if (stored.length === 0) return { kind: 'first' };
  for (const source of identitySources) {
    for (const to of current.filter(fact => fact.source === source)) {
      const from = stored.find(fact => fact.source === source && fact.file === to.file);
      if (from === undefined) continue;
      return from.value.toLowerCase() === to.value.toLowerCase()
        ? { kind: 'same' }
        : { kind: 'changed', from, to };
    }
  }
  return { kind: 'unknown' };
}

/** What is known of one host after another look at it: what it says now, and what it said where it says nothing now. */
export function mergedFacts(stored: readonly HostFact[], current: readonly HostFact[]): readonly HostFact[] {
  const unread = stored.filter(({ file }) => !current.some(fact => fact.file === file));
  return [...current, ...unread];
}

/** The value in the text of a file; null where it names no single host. The text is anybody's. */
export function hostFact(source: IdentitySource, file: string, text: string): HostFact | null {
  const value = text.trim();
  const isOne = /^[\x21-\x7e][\x20-\x7e]*$/.test(value) && !isPlaceholder(value);
  return isOne && hasShape(source, file, value) ? { source, file, value } : null;
}

/** Firmware and images of which many hosts say the same, in lower case. */
const placeholders: ReadonlySet<string> = new Set([
  'none',
  'null',
  'n/a',
  'not specified',
  'not available',
  'not applicable',
  'not present',
  'unknown',
  'invalid',
  'empty',
  'oem',
  'o.e.m.',
  'default string',
  'to be filled by o.e.m.',
  'to be filled by oem',
  'system serial number',
  'chassis serial number',
  'base board serial number',
  'serial number',
  'uninitialized',
  '0123456789',
  '123456789',
  '1234567890',
  // What the tools of firmware vendors begin with.
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  // cloud-init without a cloud.
  'iid-datasource-none',
  'nocloud',
]);

function isPlaceholder(value: string): boolean {
  return placeholders.has(value.toLowerCase()) || /^([0fx])(?:\1|[-. ])*$/i.test(value);
}

/** An asset tag is what its owner likes, or the name of a cloud, but on EC2 the instance's id. */
function hasShape(source: IdentitySource, file: string, value: string): boolean {
  if (source === 'machine-id') return /^[0-9a-f]{32}$/i.test(value);
  return !file.endsWith('/board_asset_tag') || /^i-[0-9a-f]{8,17}$/.test(value);
}
