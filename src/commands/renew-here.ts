import { askedBy } from '../daemon/pass-request.ts';
import { type PassAnswer, runPass } from '../daemon/run-pass.ts';
import type { Places } from './places.ts';
import { runHere } from './run-here.ts';

/** One pass in this process. */
export function renewHere(
  names: readonly string[] | null,
  options: Places & { readonly force?: true },
): Promise<PassAnswer> {
  const asked = askedBy(names, options.force === true);
  return runHere(options, ({ config, parts }) => runPass(config, parts, { names, asked }));
}
