import { CertdError } from '../errors.ts';
import type { CaChoice, ProfileChoice, ProfileRecord } from '../model.ts';
import { plainText } from '../text/plain-text.ts';

/** The profile to order, and what is to be said where it is not the one that was asked for. */
export type ProfileDecision = { readonly ordered: string | null; readonly note: CertdError | null };

/** `offered`: the names in the CA's directory. Throws `profile-unavailable` where a required one is not among them. */
export function chooseProfile(wish: ProfileChoice | null, offered: readonly string[]): ProfileDecision {
  if (wish === null || offered.includes(wish.name)) return { ordered: wish?.name ?? null, note: null };
  return withoutProfile(wish, `the CA offers no profile "${wish.name}" (${offerText(offered)})`);
}

/** An order without the profile, since the CA does not have it. Throws `profile-unavailable` where it is required. */
export function withoutProfile({ name, required }: ProfileChoice, why: string): ProfileDecision {
  const facts = { profile: name };
  if (required) {
    throw new CertdError('profile-unavailable', `${why}, and it is required: no order is placed`, { facts });
  }
  return {
    ordered: null,
    note: new CertdError('profile-passed-over', `${why}: the order goes without`, { facts }),
  };
}

/** Whether what was ordered at a CA still is what the configuration asks for there. */
export function profileFits({ wanted, ordered }: ProfileRecord, { profile }: CaChoice): boolean {
  if (profile === null) return wanted === null;
  return wanted === profile.name && (ordered === wanted || !profile.required);
}

const longest = 300;

function offerText(offered: readonly string[]): string {
  if (offered.length === 0) return 'it has none';
  const names = plainText(offered.join(', '));
  return `it has ${names.length <= longest ? names : `${names.slice(0, longest)}…`}`;
}
