import { CertdError } from '../core/errors.ts';
import type { PassAnswer } from '../daemon/run-pass.ts';
import { controlSocket } from '../daemon/socket-paths.ts';
import { askDaemon } from '../health/client.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { renewLines } from './renew-lines.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';

type Options = Places & { readonly force?: true; readonly dryRun?: true };

/** `certd renew`: one pass, by the daemon where it runs, else in this process under the same locks. */
export async function renewCommand(names: readonly string[], options: Options): Promise<number> {
  if (options.dryRun) throw new CertdError('not-available-yet', '--dry-run is not built yet');
  const wanted = names.length === 0 ? null : names;
  const done = progress('waiting for the pass to end');
  const answer = await pass(wanted, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const lines = renewLines(answer, Date.now(), width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  // What the CA makes wait was due, or asked for, and was not done.
  return answer.results.some(({ error, held }) => error !== null || held?.by === 'ca') ? 1 : 0;
}

async function pass(names: readonly string[] | null, options: Options): Promise<PassAnswer> {
  return (await byDaemon(names, options)) ?? (await byItself(names, options));
}

/** Null where no daemon listens. */
async function byDaemon(names: readonly string[] | null, options: Options): Promise<PassAnswer | null> {
  const body = { names, force: options.force === true };
  const socket = controlSocket(options.runtimeDir);
  try {
    await checkAlive(socket);
    const answer = await askDaemon({ socket, method: 'POST', path: '/renew', body, timeoutMs: null });
    if (answer.status === 200 && isPassAnswer(answer.body)) return answer.body;
    throw refusal(answer.body);
  } catch (thrown) {
    if (thrown instanceof CertdError && thrown.code === 'daemon-dead') return null;
    throw withRootHint(thrown);
  }
}

/** A pass may last as long as it needs, but one that hangs is not waited for: its daemon must say that it lives. */
async function checkAlive(socket: string): Promise<void> {
  const { status } = await askDaemon({ socket, method: 'GET', path: '/livez', body: null, timeoutMs: 2000 });
  if (status === 503) throw new CertdError('daemon-stuck', `the daemon on ${socket} hangs in a pass`);
}

function isPassAnswer(body: unknown): body is PassAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}

function refusal(body: unknown): CertdError {
  if (typeof body === 'object' && body !== null && 'code' in body && 'message' in body) {
    const known = (['usage', 'stopped'] as const).find(code => code === body.code);
    return new CertdError(known ?? 'internal-error', String(body.message));
  }
  return new CertdError('internal-error', 'the daemon gave an answer that this version does not know');
}

async function byItself(names: readonly string[] | null, options: Options): Promise<PassAnswer> {
  const { renewHere } = await import('./renew-here.ts');
  return renewHere(names, options);
}
