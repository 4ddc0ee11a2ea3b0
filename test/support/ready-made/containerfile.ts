import { readText } from '../source-tree.ts';

export type Instruction = { readonly keyword: string; readonly rest: string };

/** The instructions of the shipped Containerfile, with its arguments in their places. */
export function readContainerfile(args: Readonly<Record<string, string>> = {}): Instruction[] {
  const text = readText('deploy/container/Containerfile').replaceAll(/^#.*\n/gm, '');
  const lines = text
    .replaceAll(/ *\\\n */g, ' ')
    .split('\n')
    .filter(line => line !== '');
  const values: Record<string, string> = {};
  return lines.map(line => {
    const [, keyword, written = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (keyword === undefined) throw new Error(`no instruction: ${line}`);
    const rest = written.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      if (values[name] === undefined) throw new Error(`${name} is used before its ARG`);
      return values[name];
    });
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(rest) ?? [];
    if (keyword === 'ARG') values[name] = args[name] ?? value;
    return { keyword, rest };
  });
}

/** The one instruction of its kind in exec form, as words. */
export function execForm(instructions: readonly Instruction[], keyword: string): string[] {
  const [only, ...more] = instructions.filter(each => each.keyword === keyword);
  if (only === undefined || more.length > 0) throw new Error(`not one ${keyword}`);
  return JSON.parse(only.rest.slice(only.rest.indexOf('[')));
}
