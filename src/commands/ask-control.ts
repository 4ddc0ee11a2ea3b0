import { catalogue, type ErrorCode } from '../core/catalogue.ts';
import { CertdError } from '../core/errors.ts';
import { controlSocket } from '../daemon/socket-paths.ts';
import { askDaemon } from '../health/client.ts';
import { withRootHint } from './root-hint.ts';

export type Question<T> = {
  readonly runtimeDir: string;
  /** For example `/renew`. */
  readonly path: string;
  readonly body: unknown;
  /** Whether an answer is one that this version knows. */
  readonly isAnswer: (body: unknown) => body is T;
};

/**
 * Has the daemon do something, however long it takes: its answer, or null where no daemon listens. Throws the error that
 * it answers with, and `daemon-stuck` or `daemon-silent` for one that does nothing any more.
 */
export async function askControl<T>({ runtimeDir, path, body, isAnswer }: Question<T>): Promise<T | null> {
  const socket = controlSocket(runtimeDir);
  try {
    await checkAlive(socket);
    const answer = await askDaemon({ socket, method: 'POST', path, body, timeoutMs: null });
    if (answer.status === 200 && isAnswer(answer.body)) return answer.body;
    throw refusal(answer.body);
  } catch (thrown) {
    if (thrown instanceof CertdError && thrown.code === 'daemon-dead') return null;
    throw withRootHint(thrown);
  }
}

/** Work may last as long as it needs, but one that hangs is not waited for: its daemon must say that it lives. */
async function checkAlive(socket: string): Promise<void> {
  const { status } = await askDaemon({ socket, method: 'GET', path: '/livez', body: null, timeoutMs: 2000 });
  if (status === 503) throw new CertdError('daemon-stuck', `the daemon on ${socket} hangs in a pass`);
}

function refusal(body: unknown): CertdError {
  if (typeof body === 'object' && body !== null && 'code' in body && 'message' in body) {
    return new CertdError(isCode(body.code) ? body.code : 'internal-error', String(body.message));
  }
  return new CertdError('internal-error', 'the daemon gave an answer that this version does not know');
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(catalogue, code);
}
