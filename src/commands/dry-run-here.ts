import { type DryRunAnswer, runDryRun } from '../daemon/run-dry-run.ts';
import type { Places } from './places.ts';
import { runHere } from './run-here.ts';

/** A dry run in this process. */
export function dryRunHere(names: readonly string[] | null, places: Places): Promise<DryRunAnswer> {
  return runHere(places, ({ config, parts }) => runDryRun(config, parts, names));
}
