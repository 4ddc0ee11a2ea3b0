import { asCertdError, systemErrorOf } from '../core/errors.ts';

/**
 * Keeps the process when its standard streams fail: without a listener it would die of it. That nobody reads
 * any more (`certd status | head -1`, a log reader that went away) is no failure: a command ends with its own
 * exit code, and the daemon goes on. Anything else is said, and makes a command that succeeded fail.
 */
export function outliveOutput(): void {
  if (!process.stdout.listeners('error').includes(outputFailed)) process.stdout.on('error', outputFailed);
  if (!process.stderr.listeners('error').includes(countFailure)) process.stderr.on('error', countFailure);
}

function outputFailed(thrown: unknown): void {
  const { code, message } = asCertdError(thrown);
  if (systemErrorOf(thrown)?.code !== 'EPIPE') process.stderr.write(`certd: ${code}: ${message}\n`);
  countFailure(thrown);
}

function countFailure(thrown: unknown): void {
  if (systemErrorOf(thrown)?.code === 'EPIPE') return;
  if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = 1;
}
