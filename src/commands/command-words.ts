import { accountActions } from '../core/account-action.ts';
import { reasonNames } from '../core/revocation-reason.ts';
import { laterCommands } from './later.ts';

/** One command as it is typed, for completion and the man page. */
export type CommandWords = {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  readonly values: readonly ArgumentWords[];
};

/** `--long` or `--long <value>`; the value is null where none is taken. */
export type OptionWords = {
  readonly long: string;
  readonly value: string | null;
  readonly summary: string;
  readonly choices: readonly string[];
  readonly otherwise: string | null;
};

export type ArgumentWords = {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  readonly many: boolean;
  readonly choices: readonly string[];
};

/** What of commander's command is read here. */
type Typed = {
  name(): string;
  description(): string;
  readonly commands: readonly Typed[];
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly defaultValue?: unknown;
    readonly argChoices?: readonly string[];
  }[];
  readonly registeredArguments: readonly {
    name(): string;
    readonly description: string;
    readonly required: boolean;
    readonly variadic: boolean;
    readonly argChoices?: readonly string[];
  }[];
};

/** Choices that the commands check by themselves, with an answer of their own to another word. */
const checkedLater: Readonly<Record<string, readonly string[]>> = {
  'run --deploy': ['inline', 'external'],
  'revoke --reason': reasonNames,
  'account action': accountActions,
};

/** Every command that is built, in the order of the help. */
export function commandWords({ commands }: Typed): readonly CommandWords[] {
  const later = new Set(laterCommands.map(({ words }) => words));
  return commands.filter(command => !later.has(command.name())).map(wordsOf);
}

function wordsOf(command: Typed): CommandWords {
  const name = command.name();
  const choicesOf = (word: string, declared: readonly string[] = []) =>
    checkedLater[`${name} ${word}`] ?? declared;
  return {
    name,
    summary: command.description(),
    options: command.options.map(({ flags, description, defaultValue, argChoices }) => {
      const [long = '', value = null] = flags.split(' ');
      return {
        long,
        value: value === null ? null : value.slice(1, -1),
        summary: description,
        choices: choicesOf(long, argChoices),
        otherwise: typeof defaultValue === 'string' ? defaultValue : null,
      };
    }),
    values: command.registeredArguments.map(argument => ({
      name: argument.name(),
      summary: argument.description,
      required: argument.required,
      many: argument.variadic,
      choices: choicesOf(argument.name(), argument.argChoices),
    })),
  };
}

/** What stands for a value where it can be completed: the choices, or the kind of thing it is. */
export type Kind = readonly string[] | 'file' | 'directory' | 'certificate' | null;

/** A name among the values of a command is that of a certificate. */
export function kindOf(
  { choices }: OptionWords | ArgumentWords,
  value: string | null,
  isOption: boolean,
): Kind {
  if (choices.length > 0) return choices;
  if (value === 'file') return 'file';
  if (value === 'dir') return 'directory';
  return value === 'name' && !isOption ? 'certificate' : null;
}
