/** The root that a chain leads to, as the topmost certificate that came names it. */
export type ChainRoot = {
  /** Its common name, else what stands in its place. */
  readonly name: string | null;
  /** Its key identifier, lower-case hex. */
  readonly keyId: string | null;
};

/** Whether a root is the one of `preferred_chain`: by its name, or by its key identifier with or without colons. Neither minds case. */
export function isPreferred({ name, keyId }: ChainRoot, preferred: string): boolean {
  const wanted = preferred.toLowerCase();
  return name?.toLowerCase() === wanted || (keyId !== null && keyId === wanted.replaceAll(':', ''));
}

/** "ISRG Root X1 (79b459e6…)": either is what `preferred_chain` may say. */
export function rootText({ name, keyId }: ChainRoot): string {
  const id = keyId ?? 'no key identifier';
  return name === null ? `a root without a name (${id})` : `${name} (${id})`;
}
