import { existsSync, readFileSync } from 'node:fs';
import { type CloudValues, cloudCommands } from './grammar.ts';

export type CloudCall = {
  /** For example `aws ssm send-command`. */
  readonly command: string;
  /** By name without dashes; a flag has none. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly operands: readonly string[];
};

/** The call that a command line is. Throws, in words for a person, what the program of the cloud would refuse. */
export function readCall(words: readonly string[]): CloudCall {
  const command = [words.slice(0, 3), words.slice(0, 2)]
    .map(head => head.join(' '))
    .find(name => Object.hasOwn(cloudCommands, name));
  const grammar = cloudCommands[command ?? ''];
  if (command === undefined || grammar === undefined) throw new Error(`no command ${words.join(' ')}`);
  const known = { ...grammar.required, ...grammar.optional };
  const { flags = [], operands: wanted = [] } = grammar;
  const isMany = (name: string) => known[name]?.many === true;
  const { options, operands } = split(words.slice(command.split(' ').length), flags, isMany);
  for (const [name, values] of Object.entries(options)) {
    if (!flags.includes(name)) checkValues(name, values, known[name]);
  }
  const missing = Object.keys(grammar.required).filter(name => !Object.hasOwn(options, name));
  if (missing.length > 0) throw new Error(`--${missing.join(', --')} missing`);
  if (operands.length !== wanted.length || !wanted.every((each, at) => each.test(operands[at] ?? '')))
    throw new Error(`not the words that it takes: ${operands.join(' ')}`);
  return { command, options, operands };
}

function checkValues(name: string, values: readonly string[], takes: CloudValues | undefined): void {
  if (takes === undefined) throw new Error(`no option --${name}`);
  if (values.length === 0) throw new Error(`--${name} needs a value`);
  for (const value of values) {
    if (!takes.each.test(value)) throw new Error(`--${name} does not take ${value}`);
    if (value.startsWith('{')) JSON.parse(value);
    const path = /^file:\/\/(.+)$/.exec(value)?.[1];
    if (path !== undefined) checkFile(path);
  }
}

/** No cloud would know what is left to fill in, but each would find it wrong in its way. */
function checkFile(path: string): void {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const left = /\b(?:ACCOUNT|REGION|CLUSTER|YOUR_\w+|PACKAGE_URL|PACKAGE_SHA256)\b/.exec(
    readFileSync(path, 'utf8'),
  );
  if (left !== null) throw new Error(`${path} still says ${left[0]}`);
}

function split(words: readonly string[], flags: readonly string[], isMany: (name: string) => boolean) {
  const options: Record<string, string[]> = {};
  const operands: string[] = [];
  let open: string | null = null;
  for (const word of words) {
    const name = /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1];
    if (name !== undefined) {
      if (Object.hasOwn(options, name)) throw new Error(`--${name} twice`);
      options[name] = [];
      open = flags.includes(name) ? null : name;
    } else if (open === null) operands.push(word);
    else {
      options[open]?.push(word);
      if (!isMany(open)) open = null;
    }
  }
  return { options, operands };
}
