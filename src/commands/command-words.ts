import type { CommandRow, OptionRow, ValueRow } from './command-row.ts';

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

/** The words of these commands, taken apart. */
export function commandWords(rows: readonly CommandRow[]): readonly CommandWords[] {
  return rows.map(({ name, summary, options, values }) => ({
    name,
    summary,
    options: options.map(optionWords),
    values: values.map(argumentWords),
  }));
}

function optionWords({ flags, summary, otherwise, ...rest }: OptionRow): OptionWords {
  const [long = '', value = null] = flags.split(' ');
  return {
    long,
    value: value === null ? null : value.slice(1, -1),
    summary,
    choices: choicesOf(rest),
    otherwise: otherwise ?? null,
  };
}

function argumentWords({ words, summary, ...rest }: ValueRow): ArgumentWords {
  const inside = words.slice(1, -1);
  return {
    name: inside.replace('...', ''),
    summary,
    required: words.startsWith('<'),
    many: inside.endsWith('...'),
    choices: choicesOf(rest),
  };
}

function choicesOf({ choices, checkedLater }: Pick<ValueRow, 'choices' | 'checkedLater'>): readonly string[] {
  return checkedLater ?? choices ?? [];
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
