import type { OptionRow } from './command-row.ts';
import type { StatusOptions } from './status.ts';
import { placeOptions, statusOptions } from './words.ts';

/** What `certd status …` asks for. */
export type StatusWords = { readonly names: readonly string[]; readonly options: StatusOptions };

/**
 * The words of a plain `certd status …`, read without commander, which alone takes half as long as Node to
 * start. Null for everything else, help and mistakes included: that goes the ordinary way, whose words about it
 * are the only ones.
 */
export function statusWords([command, ...words]: readonly string[]): StatusWords | null {
  if (command !== 'status') return null;
  const names: string[] = [];
  const given = new Map<string, string>();
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (!word.startsWith('-')) {
      names.push(word);
      continue;
    }
    const [long = '', ...rest] = word.split('=');
    const row = rows.get(long);
    if (row === undefined || (rest.length > 0 && !row.valued)) return null;
    const value = row.valued && rest.length === 0 ? words.shift() : rest.join('=');
    if (value === undefined || !isAllowed(value, row)) return null;
    given.set(long, value);
  }
  return { names, options: optionsOf(given) };
}

type Row = Pick<OptionRow, 'choices'> & { readonly valued: boolean };

const rows: ReadonlyMap<string, Row> = new Map(
  [...placeOptions, ...statusOptions].map((row: OptionRow) => {
    const [long = '', value] = row.flags.split(' ');
    return [long, { ...row, valued: value !== undefined }];
  }),
);

function isAllowed(value: string, { valued, choices }: Row): boolean {
  if (!valued) return true;
  return value !== '' && !value.startsWith('-') && (choices === undefined || choices.includes(value));
}

function optionsOf(given: ReadonlyMap<string, string>): StatusOptions {
  const [config, stateDir, runtimeDir] = placeOptions;
  const logLevel = given.get('--log-level');
  return {
    config: given.get('--config') ?? config.otherwise,
    stateDir: given.get('--state-dir') ?? stateDir.otherwise,
    runtimeDir: given.get('--runtime-dir') ?? runtimeDir.otherwise,
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(given.has('--json') ? { json: true } : {}),
    ...(given.has('--short') ? { short: true } : {}),
    ...(given.has('--watch') ? { watch: true } : {}),
  };
}
