import { CertdError } from '../core/errors.ts';
import type { PassAnswer } from '../daemon/run-pass.ts';
import { askControl } from './ask-control.ts';
import { dropToIssuer } from './drop-to-issuer.ts';
import { dryRunCommand } from './dry-run.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { isUnfinished, renewLines } from './renew-lines.ts';
import { screenOf } from './screen.ts';

export type RenewOptions = Places & { readonly force?: true; readonly dryRun?: true; readonly json?: true };

/** `certd renew`: one pass, by the daemon where it runs, else in this process under the same locks. */
export async function renewCommand(names: readonly string[], options: RenewOptions): Promise<number> {
  if (options.dryRun && options.force)
    throw new CertdError('usage', '--dry-run and --force exclude each other');
  if (options.json && !options.dryRun) throw new CertdError('usage', '--json goes with --dry-run');
  dropToIssuer(options);
  if (options.dryRun) return dryRunCommand(names, options);
  const wanted = names.length === 0 ? null : names;
  const done = progress('waiting for the pass to end');
  const answer = await pass(wanted, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const lines = renewLines(answer, Date.now(), width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  return isUnfinished(answer) ? 1 : 0;
}

async function pass(names: readonly string[] | null, options: RenewOptions): Promise<PassAnswer> {
  const { runtimeDir, force = false } = options;
  const body = { names, force };
  const answer = await askControl({ runtimeDir, path: '/renew', body, isAnswer: isPassAnswer });
  if (answer !== null) return answer;
  const { renewHere } = await import('./renew-here.ts');
  return renewHere(names, options);
}

function isPassAnswer(body: unknown): body is PassAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}
