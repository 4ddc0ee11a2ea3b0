import { asCertdError, CertdError } from '../core/errors.ts';
import { plainLines } from '../core/plain-text.ts';
import type { StatusDocument } from '../core/status-document.ts';
import { isStatusDocument, ofNames } from '../core/status-selection.ts';
import { defaultHealthSocket } from '../daemon/socket-paths.ts';
import { askDaemon } from '../health/client.ts';
import type { Places } from './places.ts';
import { statusText } from './status-text.ts';

type Options = Places & { readonly json?: true; readonly short?: true; readonly watch?: true };

/** `certd status`: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as monitoring plugins say it. */
export async function statusCommand(names: readonly string[], options: Options): Promise<number> {
  if (options.short) throw new CertdError('not-available-yet', '--short is not built yet');
  if (options.watch) throw new CertdError('not-available-yet', '--watch is not built yet');
  const document = await readDocument(options).catch(unknown);
  if (document === null) return 3;
  const chosen = ofNames(document, names);
  const terminal = process.stdout.isTTY;
  const color = terminal && !process.env['NO_COLOR'];
  // Some terminals say that they have no columns.
  const width = (terminal && process.stdout.columns) || 120;
  const text = options.json ? `${JSON.stringify(chosen, null, 2)}\n` : statusText(chosen, { width, color });
  process.stdout.write(text);
  return exitCode(chosen);
}

/** Nothing can be said: UNKNOWN, with the reason, and never an empty table. */
function unknown(thrown: unknown): null {
  const error = asCertdError(thrown);
  const hint = error.code === 'permission-denied' ? '; run as root' : '';
  process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}${hint}`).join('\n')}\n`);
  return null;
}

const timeoutMs = 2000;

async function readDocument(options: Options): Promise<StatusDocument> {
  try {
    const socket = defaultHealthSocket(options.runtimeDir);
    return await fromSocket(socket);
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code !== 'daemon-dead' && error.code !== 'daemon-silent') throw error;
    const { statusWithoutDaemon } = await import('./status-without-daemon.ts');
    return statusWithoutDaemon(options, error, fromSocket);
  }
}

async function fromSocket(socket: string): Promise<StatusDocument> {
  const { status, body } = await askDaemon({ socket, method: 'GET', path: '/status', body: null, timeoutMs });
  if (status === 200 && isStatusDocument(body)) return body;
  throw new CertdError('daemon-silent', `the daemon answered ${status} on ${socket}`);
}

/** Without a daemon the best that can be said is UNKNOWN: nobody is renewing. */
function exitCode({ status, source }: StatusDocument): number {
  if (status === 'critical') return 2;
  if (source === 'disk') return 3;
  return status === 'warning' ? 1 : 0;
}
