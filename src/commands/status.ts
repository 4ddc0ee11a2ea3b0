import { asCertdError, CertdError } from '../core/errors.ts';
import { monitoringState, unknownState } from '../core/status/monitoring-state.ts';
import { isStatusDocument, newerDaemon } from '../core/status/status-answer.ts';
import type { StatusDocument } from '../core/status/status-document.ts';
import { ofNames } from '../core/status/status-of-names.ts';
import { plainLines } from '../core/text/plain-text.ts';
import { visibleText } from '../core/text/visible-text.ts';
import { defaultHealthSocket } from '../daemon/socket-paths.ts';
import { askDaemon } from '../health/client.ts';
import type { Places } from './places.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';
import { statusHints } from './status-hints.ts';
import { shortLine, unknownLine } from './status-short.ts';
import { statusText } from './status-text.ts';
import type { Shown } from './status-watch.ts';

export type StatusOptions = Places & { readonly json?: true; readonly short?: true; readonly watch?: true };

/** `certd status`: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as monitoring plugins say it. */
export async function statusCommand(names: readonly string[], options: StatusOptions): Promise<number> {
  if (options.json && options.short) throw new CertdError('usage', '--json and --short exclude each other');
  const look = () => lookOnce(names, options);
  if (options.watch) {
    const { watchStatus } = await import('./status-watch.ts');
    return watchStatus(look);
  }
  const { out, err, exitCode } = await look();
  if (err !== '') process.stderr.write(err);
  if (out !== '') process.stdout.write(out);
  return exitCode;
}

async function lookOnce(names: readonly string[], options: StatusOptions): Promise<Shown> {
  try {
    const document = ofNames(await readDocument(options), names);
    return { out: textOf(document, names, options), err: '', exitCode: monitoringState(document).exitCode };
  } catch (thrown) {
    const error = withRootHint(thrown);
    if (error.code === 'usage' && !options.short) throw error;
    return unknown(error, options);
  }
}

function textOf(document: StatusDocument, names: readonly string[], options: StatusOptions): string {
  if (options.json) return `${visibleText(JSON.stringify(document, null, 2))}\n`;
  if (options.short) return `${shortLine(document)}\n`;
  const { width, color } = screenOf(process.stdout, process.env['NO_COLOR']);
  const text = statusText(document, { width: width ?? 120, color }, names.length > 0);
  return width === null ? text : text + statusHints(document);
}

/** Nothing can be said: UNKNOWN, with the reason, and never an empty table. */
function unknown(error: CertdError, { short }: StatusOptions): Shown {
  const reason = error.code === 'usage' ? error.message : `${error.code}: ${error.message}`;
  const { exitCode } = unknownState;
  // Monitoring reads standard output only.
  if (short) return { out: `${unknownLine(reason)}\n`, err: '', exitCode };
  return { out: '', err: `${plainLines(`certd: ${reason}`).join('\n')}\n`, exitCode };
}

const timeoutMs = 2000;

async function readDocument(options: StatusOptions): Promise<StatusDocument> {
  try {
    return await fromSocket(defaultHealthSocket(options.runtimeDir));
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
  const newer = status === 200 ? newerDaemon(body) : null;
  if (newer !== null) throw newerError(socket, newer.version);
  throw new CertdError('daemon-silent', `the daemon answered ${status} on ${socket}`);
}

function newerError(socket: string, version: string | null): CertdError {
  const message =
    version === null
      ? `the daemon on ${socket} is newer, and this certd cannot read its status`
      : `the daemon on ${socket} is certd ${version}, whose status this certd cannot read`;
  return new CertdError('daemon-newer', message);
}
