import { openStandalone, type Standalone } from '../challenge/standalone.ts';
import type { Config } from '../config/config.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import type { Log } from '../log.ts';

type Setup = {
  readonly log: Log;
  /** The descriptors that systemd passed; asked once, when a configuration first wants them. */
  readonly passedSockets: () => readonly number[];
};

/** certd's own answers to challenges, with their warnings in the log. */
export function standaloneFor({ log, passedSockets }: Setup): Standalone {
  const warn = (error: CertdError) => log.warn(logFields(error), 'challenges are answered with a warning');
  return openStandalone({ passedSockets, warn });
}

/**
 * Answers on the sockets from systemd from now on, where the configuration wants them: they are open all the
 * time, and whoever connects outside of orders is not to wait. Without them it is each attempt that fails.
 */
export async function answerOutsideOrders(config: Config, standalone: Standalone, log: Log): Promise<void> {
  if (!config.certificates.some(({ challenge }) => challenge.kind === 'systemd-socket')) return;
  try {
    await standalone.answerOnPassedSockets();
  } catch (thrown) {
    log.warn(logFields(asCertdError(thrown)), 'sockets of systemd cannot be used');
  }
}
