import { type ChallengeOutcome, placeOf } from '../sites/challenge-answer.ts';
import type { ApacheDirective } from './apache-directives.ts';

type Block = readonly ApacheDirective[];

/**
 * Whether Order, Allow and Deny (mod_access_compat) let a CA in, whose address is no one’s; null where they do. The last
 * section with any of them replaces those before.
 */
export function hostAccess(sections: readonly Block[]): ChallengeOutcome | null {
  const rules = sections
    .map(section => section.filter(({ name }) => /^(?:order|allow|deny)$/.test(name)))
    .findLast(each => each.length > 0);
  const [first] = rules ?? [];
  if (rules === undefined || first === undefined) return null;
  const env = rules.find(({ args }) => args.some(word => /^env=/i.test(word)));
  if (env !== undefined)
    return { kind: 'unclear', words: `${placeOf(env)} lets in by a variable of the request` };
  const all = (wanted: string) =>
    rules.find(({ name, args }) => name === wanted && args.some(word => word.toLowerCase() === 'all'));
  const order = rules.findLast(({ name }) => name === 'order');
  const [denied, allowed] = [all('deny'), all('allow')];
  const isDenyLast = order !== undefined && !/^deny,allow$/i.test(order.args.join(''));
  const isIn = isDenyLast
    ? allowed !== undefined && denied === undefined
    : denied === undefined || allowed !== undefined;
  return isIn ? null : { kind: 'refused', words: `${placeOf(denied ?? order ?? first)} denies it` };
}
