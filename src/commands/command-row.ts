/**
 * One command of the command line. commander reads the words, and help, the man page and the completions are made
 * from these rows.
 */
export type CommandRow = {
  readonly name: string;
  readonly summary: string;
  /** In the order of the command line. */
  readonly values: readonly ValueRow[];
  readonly options: readonly OptionRow[];
  /** The last line of its help, where it ends in other ways than the other commands. */
  readonly exitCodes?: string;
  /** Takes what stands for each of `values`, then the options as one object; returns the exit code. */
  readonly run: (...given: never[]) => number | Promise<number>;
};

export type ValueRow = Choices & {
  /** `<name>`; `[name]` where it can be left out; dots behind the name where there can be more. */
  readonly words: string;
  readonly summary: string;
};

export type OptionRow = Choices & {
  /** `--name`, or `--name <value>`. */
  readonly flags: string;
  readonly summary: string;
  readonly otherwise?: string;
  /** Each time that it is given adds a value: the command gets a list. */
  readonly isRepeated?: true;
};

type Choices = {
  /** commander refuses every other word. */
  readonly choices?: readonly string[];
  /** Choices that the command checks by itself, with an answer of its own to another word. */
  readonly checkedLater?: readonly string[];
};
