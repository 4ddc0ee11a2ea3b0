/** The reasons that a subscriber may give (CA/B BR 4.9.1.1), as RFC 5280 §5.3.1 names and numbers them. */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const;

export type RevocationReason = keyof typeof revocationReasons;

export const reasonNames = Object.keys(revocationReasons) as readonly RevocationReason[];

/** Reads a reason's name, in any case, or its number; null for everything else. */
export function readReason(text: string): RevocationReason | null {
  const word = text.toLowerCase();
  return (
    reasonNames.find(name => name.toLowerCase() === word || String(revocationReasons[name]) === word) ?? null
  );
}

/** The names and numbers of RFC 5280 §5.3.1 that are not a subscriber's to give. */
export function isForOthers(text: string): boolean {
  return others.has(text.toLowerCase());
}

const others: ReadonlySet<string> = new Set([
  'cacompromise',
  '2',
  'certificatehold',
  '6',
  'removefromcrl',
  '8',
  'privilegewithdrawn',
  '9',
  'aacompromise',
  '10',
]);
