import { asCertdError } from '../core/errors.ts';
import type { Log } from '../log.ts';

/**
 * What nobody has caught is logged with its stack and ends the process with exit code 1, for its supervisor to
 * start it anew: after that nothing in it can be trusted. A rejection that nobody handles comes the same way.
 * Returns the end of listening.
 */
export function endByDefect(log: Log): () => void {
  const end = (thrown: unknown, origin: string) => {
    const stack = thrown instanceof Error ? thrown.stack : null;
    log.fatal(
      { code: 'internal-error', origin, reason: asCertdError(thrown).message, stack },
      'certd ends by a defect',
    );
    process.exit(1);
  };
  process.on('uncaughtException', end);
  return () => process.off('uncaughtException', end);
}
