import { cloudCommands } from './grammar.ts';

export type CloudCall = {
  /** For example `aliyun ecs RunCommand`. */
  readonly command: string;
  /** By name without dashes; a flag has none. */
  readonly options: Readonly<Record<string, string | null>>;
  readonly operands: readonly string[];
};

/** The call that a command line is. Throws, in words for a person, what the program of the cloud would refuse. */
export function readCall(words: readonly string[]): CloudCall {
  const command = [words.slice(0, 3), words.slice(0, 2)]
    .map(head => head.join(' '))
    .find(name => Object.hasOwn(cloudCommands, name));
  const grammar = cloudCommands[command ?? ''];
  if (command === undefined || grammar === undefined) throw new Error(`no command ${words.join(' ')}`);
  const { required, optional, flags = [], operands: wanted = [] } = grammar;
  const { options, operands } = split(words.slice(command.split(' ').length), flags);
  const known = { ...required, ...optional };
  for (const [name, value] of Object.entries(options)) {
    if (value === null) continue;
    if (known[name] === undefined) throw new Error(`no option --${name}`);
    if (!known[name].test(value)) throw new Error(`--${name} does not take ${value}`);
  }
  const missing = Object.keys(required).filter(name => !Object.hasOwn(options, name));
  if (missing.length > 0) throw new Error(`--${missing.join(', --')} missing`);
  if (operands.length !== wanted.length || !wanted.every((each, at) => each.test(operands[at] ?? '')))
    throw new Error(`not the words that it takes: ${operands.join(' ')}`);
  return { command, options, operands };
}

function split(words: readonly string[], flags: readonly string[]) {
  const options: Record<string, string | null> = {};
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1];
    if (name === undefined) operands.push(word);
    else if (Object.hasOwn(options, name)) throw new Error(`--${name} twice`);
    else options[name] = flags.includes(name) ? null : needValue(name, rest.shift());
  }
  return { options, operands };
}

function needValue(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`--${name} needs a value`);
  return value;
}
