import * as z from 'zod';
import { mapping, plainName, text, yesOrNo } from './schema-values.ts';

const name = text('a profile’s name');
const named = mapping({ name, required: yesOrNo.optional() });

/** The profile at one CA. */
export const oneProfile = z.union([name, named], { error: 'a profile’s name or { name, required }' });

/** The same, or one for each CA; a CA that is called `name` can have none here. */
export const profileChoice = z
  .union([name, named, z.record(plainName, oneProfile, { error: 'a mapping from CA to profile' })], {
    error: 'a profile’s name, { name, required }, or a mapping from CA to one of these',
  })
  .meta({
    description:
      'The CA’s certificate profile (draft-ietf-acme-profiles): a name, { name, required }, or one for each CA. One that the CA does not offer is passed over with a warning; where it is required nothing is ordered.',
  });

export type WrittenProfile = z.output<typeof profileChoice>;

export function isOneProfile(written: Exclude<WrittenProfile, string>): written is z.output<typeof named> {
  return 'name' in written;
}
