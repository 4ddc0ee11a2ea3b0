import type { RollbackAnswer, RollbackWish } from '../daemon/run-rollback.ts';
import { askControl } from './ask-control.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { rollbackLines } from './rollback-lines.ts';
import { screenOf } from './screen.ts';

/** `certd rollback`: by the daemon where it runs, else in this process under the deployer's lock. */
export async function rollbackCommand(
  name: string,
  options: Places & { readonly to?: string },
): Promise<number> {
  const done = progress('waiting for the deploy to end');
  const answer = await rollback({ name, to: options.to ?? null }, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const lines = rollbackLines(answer, Date.now(), width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  return answer.results.some(({ error }) => error !== null) ? 1 : 0;
}

async function rollback(wish: RollbackWish, places: Places): Promise<RollbackAnswer> {
  const question = { runtimeDir: places.runtimeDir, path: '/rollback', body: wish };
  const answer = await askControl({ ...question, isAnswer: isRollbackAnswer });
  if (answer !== null) return answer;
  const { deployHere } = await import('./deploy-here.ts');
  const { runRollback } = await import('../daemon/run-rollback.ts');
  return deployHere(places, ({ config, parts }) => runRollback(config, parts, wish));
}

function isRollbackAnswer(body: unknown): body is RollbackAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && 'rejected' in body;
}
