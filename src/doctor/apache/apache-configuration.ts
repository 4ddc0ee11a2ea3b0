import { type ApacheDirective, apacheDirectives } from './apache-directives.ts';
import type { ApacheDump, IncludedFile } from './apache-dump.ts';

/** The whole configuration, with what is included in its place and only what holds of its conditions. */
export function apacheConfiguration(
  { main, defines, modules }: ApacheDump,
  texts: ReadonlyMap<string, string>,
): readonly ApacheDirective[] {
  const variables = new Map(defines);
  const read = (file: IncludedFile): readonly ApacheDirective[] =>
    apacheDirectives(texts.get(file.path) ?? '', file.path).flatMap(each => resolved(each, file));
  const resolved = (written: ApacheDirective, file: IncludedFile): readonly ApacheDirective[] => {
    const directive = { ...written, args: written.args.map(arg => filledIn(arg, variables)) };
    const { name, block, endLine } = directive;
    if (name === 'include' || name === 'includeoptional') {
      return file.included.filter(({ line }) => line === endLine).flatMap(read);
    }
    define(directive, variables);
    // What a macro stands for is known where it is used.
    if (block === null || name === 'macro') return [directive];
    if (!holds(directive, variables, modules)) return [];
    const inside = block.flatMap(each => resolved(each, file));
    return conditions.has(name) ? inside : [{ ...directive, block: inside }];
  };
  return read(main);
}

function define(
  { name, args: [variable, value = ''] }: ApacheDirective,
  variables: Map<string, string>,
): void {
  if (variable === undefined) return;
  if (name === 'define') variables.set(variable, value);
  if (name === 'undefine') variables.delete(variable);
}

/** Sections without a meaning of their own. Of the last two it is not known whether they hold. */
const conditions = new Set(['ifmodule', 'ifdefine', 'ifversion', 'iffile']);

function holds(
  { name, args: [condition = ''] }: ApacheDirective,
  variables: ReadonlyMap<string, string>,
  modules: ReadonlySet<string>,
): boolean {
  const not = condition.startsWith('!');
  const subject = condition.replace(/^!/, '');
  if (name === 'ifdefine') return variables.has(subject) !== not;
  return name === 'ifmodule' ? isLoaded(subject, modules) !== not : true;
}

/** By its identifier or its source file: `mod_ssl.c`, and of the process models `prefork.c`. */
function isLoaded(module: string, modules: ReadonlySet<string>): boolean {
  const name = module.replace(/^mod_/, '').replace(/\.c$/, '');
  return [module, `${name}_module`, `mpm_${name}_module`].some(each => modules.has(each));
}

function filledIn(arg: string, variables: ReadonlyMap<string, string>): string {
  return arg.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
}
