import { type ChallengeOutcome, placeOf, unclear } from '../sites/challenge-answer.ts';
import type { ApacheDirective } from './apache-directives.ts';
import { apacheStrange, isHarmlessApache } from './apache-harmless.ts';
import { hostAccess } from './apache-host-access.ts';
import { sectionsFor } from './apache-sections.ts';

type Block = readonly ApacheDirective[];

/**
 * Whether the sections that hold for a file let a CA read it, and nothing stands in them, or outside of all, that doctor does
 * not know; null where both is so. Of the sections the last that says something decides.
 */
export function apacheAccess(path: string, directives: Block): ChallengeOutcome | null {
  const { sections, ifs } = sectionsFor(path, directives);
  const all = sections.flat();
  const rewrites = all.find(({ name }) => name === 'rewriterule');
  if (rewrites !== undefined)
    return unclear(`${placeOf(rewrites)} rewrites, which doctor does not follow there`);
  const handler = [...directives, ...all].find(isHandler);
  if (handler !== undefined) return unclear(`${placeOf(handler)} gives it to a program or another server`);
  const condition = ifs.map(consequence).find(each => each !== null);
  if (condition !== undefined && condition !== null)
    return unclear(`${placeOf(condition)} depends on a condition that doctor does not follow`);
  const refused = required(sections) ?? withoutTls(all) ?? hostAccess(sections);
  const isAny = all.some(({ name, args }) => name === 'satisfy' && args[0]?.toLowerCase() === 'any');
  if (refused !== null && isAny)
    return unclear('Satisfy Any lets in by one of several rules, which doctor does not follow');
  const strange = apacheStrange(directives, 'server') ?? apacheStrange(all, 'section');
  if (refused !== null || strange === null) return refused;
  return unclear(`${placeOf(strange)} has ${strange.name}, and doctor does not know whom that lets through`);
}

function isHandler({ name, args, block }: ApacheDirective): boolean {
  return block === null && name === 'sethandler' && !/^(?:none|default-handler)$/i.test(args[0] ?? '');
}

/** The first thing that a section does, however deep it stands. */
function consequence({ block }: ApacheDirective): ApacheDirective | null {
  for (const each of block ?? []) {
    const found = each.block === null ? (isHarmlessApache(each) ? null : each) : consequence(each);
    if (found !== null) return found;
  }
  return null;
}

/** One line that is met is enough; the last section with any replaces those before. */
function required(sections: readonly Block[]): ChallengeOutcome | null {
  const rules = sections
    .map(section => section.filter(({ name }) => /^require/.test(name)))
    .findLast(each => each.length > 0);
  const outcomes = (rules ?? []).map(ruleOutcome);
  return outcomes.includes(null)
    ? null
    : (outcomes.find(each => each?.kind === 'unclear') ?? outcomes[0] ?? null);
}

function ruleOutcome(rule: ApacheDirective): ChallengeOutcome | null {
  const words = rule.args.join(' ').toLowerCase();
  if (rule.name === 'require' && words === 'all granted') return null;
  if (rule.name === 'require' && words === 'all denied') {
    return { kind: 'refused', words: `${placeOf(rule)} denies it` };
  }
  return unclear(`${placeOf(rule)} lets in only some (${rule.name} ${words})`);
}

function withoutTls(all: Block): ChallengeOutcome | null {
  const rule = all.find(({ name }) => name === 'sslrequiressl');
  return rule === undefined ? null : { kind: 'refused', words: `${placeOf(rule)} wants TLS` };
}
