import { plainText } from '../core/text/plain-text.ts';

/** Attributes of a distinguished name; Node has a list where one stands more than once. */
type Attribute = string | string[] | undefined;
type DistinguishedName = { readonly CN?: Attribute; readonly OU?: Attribute; readonly O?: Attribute };

/** What people call the holder: the common name, else the organisation's unit, else the organisation. Null without any. */
export function shortName({ CN, OU, O }: DistinguishedName): string | null {
  const name = lastOf(CN) ?? lastOf(OU) ?? lastOf(O);
  return name === null ? null : plainText(name);
}

function lastOf(attribute: Attribute): string | null {
  return (Array.isArray(attribute) ? attribute.at(-1) : attribute) ?? null;
}
