import type { DryRunAnswer } from '../daemon/run-dry-run.ts';
import { askControl } from './ask-control.ts';
import { dryRunLines } from './dry-run-lines.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { screenOf } from './screen.ts';

/** `certd renew --dry-run`: by the daemon where it runs, else in this process under the same locks. */
export async function dryRunCommand(
  names: readonly string[],
  options: Places & { readonly json?: true },
): Promise<number> {
  const done = progress('waiting for the dry run to end');
  const answer = await dryRun(names.length === 0 ? null : names, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const lines = options.json
    ? [JSON.stringify(answer, null, 2)]
    : dryRunLines(answer, width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  return answer.results.some(({ error }) => error !== null) ? 1 : 0;
}

async function dryRun(names: readonly string[] | null, places: Places): Promise<DryRunAnswer> {
  const question = { runtimeDir: places.runtimeDir, path: '/dry-run', body: { names } };
  const answer = await askControl({ ...question, isAnswer: isDryRunAnswer });
  if (answer !== null) return answer;
  const { dryRunHere } = await import('./dry-run-here.ts');
  return dryRunHere(names, places);
}

function isDryRunAnswer(body: unknown): body is DryRunAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}
