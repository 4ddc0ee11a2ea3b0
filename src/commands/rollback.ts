import type { RollbackAnswer, RollbackWish } from '../daemon/run-rollback.ts';
import { askDeployingDaemon } from './ask-deploying-daemon.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { rollbackLines } from './rollback-lines.ts';
import { screenOf } from './screen.ts';

/** `certd rollback`: by the daemon where it runs and deploys, else in this process under the deployer's lock. */
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
  const question = { path: '/rollback', body: wish, isAnswer: isRollbackAnswer };
  const answer = await askDeployingDaemon(question, places);
  if (answer !== null) return answer;
  const { deployHere, personsPatienceMs: patienceMs } = await import('./deploy-here.ts');
  const { runRollback } = await import('../daemon/run-rollback.ts');
  return deployHere(places, { patienceMs, job: ({ config, parts }) => runRollback(config, parts, wish) });
}

function isRollbackAnswer(body: unknown): body is RollbackAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && 'rejected' in body;
}
