import { posix } from 'node:path';
import { challengeUri, patternOf } from '../sites/challenge-answer.ts';
import type { ApacheDirective } from './apache-directives.ts';

type Block = readonly ApacheDirective[];

/**
 * The sections that hold for a file, in the order in which they are applied: directories from the outermost on, then patterns,
 * then files, then locations (httpd manual, "Configuration Sections"). `ifs`: those that hold at times.
 */
export function sectionsFor(
  path: string,
  directives: Block,
): { readonly sections: readonly Block[]; readonly ifs: Block } {
  const directory = posix.dirname(path);
  const plain = (name: string, subject: string) =>
    directives.filter(
      each => each.name === name && each.args[0] !== '~' && isAbove(each.args[0] ?? '', subject),
    );
  const ofPattern = (kind: string, subject: string, among = directives) =>
    among.filter(each => isPattern(each, kind) && fits(each, subject));
  const directories = [
    ...plain('directory', directory).toSorted(
      (one, other) => (one.args[0] ?? '').length - (other.args[0] ?? '').length,
    ),
    ...ofPattern('directory', `${directory}/`),
  ];
  const files = filesFor(posix.basename(path), [...directives, ...directories.flatMap(inside)]);
  const locations = [...plain('location', challengeUri), ...ofPattern('location', challengeUri)];
  const sections = [...directories, ...files, ...locations].map(inside);
  return { sections, ifs: [...directives, ...sections.flat()].filter(({ name }) => conditions.test(name)) };
}

const conditions = /^(?:if|elseif|else)$/;

/** With what holds for GET. */
function inside({ block }: ApacheDirective): Block {
  return (block ?? []).flatMap(each => {
    const isForGet = each.args.some(method => method.toUpperCase() === 'GET');
    const isOfMethod = each.name === 'limit' || each.name === 'limitexcept';
    return isOfMethod && isForGet === (each.name === 'limit') ? inside(each) : [each];
  });
}

function filesFor(name: string, among: Block): Block {
  return among.filter(each => {
    if (isPattern(each, 'files')) return fits(each, name);
    return each.name === 'files' && posix.matchesGlob(name, each.args[0] ?? '');
  });
}

function isPattern({ name, args }: ApacheDirective, kind: string): boolean {
  return name === `${kind}match` || (name === kind && args[0] === '~');
}

/** A pattern that JavaScript does not know may fit. */
function fits({ args }: ApacheDirective, subject: string): boolean {
  const pattern = patternOf((args[0] === '~' ? args[1] : args[0]) ?? '');
  return pattern === null || pattern.test(subject);
}

/** A directory or a location, also with wildcards, that has the path in it. */
function isAbove(section: string, path: string): boolean {
  const bare = section === '/' ? section : section.replace(/\/$/, '');
  if (bare === '/' || path === bare || path.startsWith(`${bare}/`)) return true;
  return /[*?[]/.test(bare) && (posix.matchesGlob(path, bare) || posix.matchesGlob(path, `${bare}/**`));
}
