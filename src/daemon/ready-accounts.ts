import type { Authority, Config } from '../config/config.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import { untouched } from '../core/host/host-change.ts';
import type { Instant, Millis } from '../core/instant.ts';
import { accountRetryMs } from '../core/issue/account-retry.ts';
import type { Clock, Random } from '../core/ports.ts';
import { problem } from '../core/status/certificate-problems.ts';
import type { Problem } from '../core/status/status-document.ts';
import type { Log } from '../log.ts';
import type { HostParts } from '../pass/host-parts.ts';
import { isRegistered } from '../store/account.ts';
import type { Layout } from '../store/layout.ts';
import type { World } from '../store/world.ts';
import type { Loop } from './loop.ts';

type Host = {
  readonly layout: Layout;
  readonly world: Pick<World, 'host'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly timer: HostParts['timer'];
  readonly random: Random;
  readonly log: Log;
};

/** How often is looked whether the accounts of another host are gone. */
const untilOwnMs: Millis = 60_000;

type Failed = {
  readonly since: Instant;
  readonly problem: Problem;
  /** It is over once an order has made the account in the meantime. */
  readonly isOver: () => boolean;
};

/**
 * Has an account at each CA of the configuration before an order needs it: a fallback that must first be registered
 * with is none. Nothing waits for it. What fails is tried again, an hour later at the earliest; until then it is a
 * problem of the program, since the certificates are well.
 */
export function openReadyAccounts(
  loop: Pick<Loop, 'use' | 'config'>,
  { layout, world, clock, timer, random, log }: Host,
) {
  const failed = new Map<string, Failed>();
  const timers = new Set<() => void>();
  let round = 0;
  const end = () => {
    round += 1;
    failed.clear();
    for (const stop of timers) stop();
    timers.clear();
  };
  const tryOne = async (authority: Authority, mine: number): Promise<void> => {
    // The account is another host's, and a new one would be removed with it.
    if (untouched(world.host()) !== null) return later(authority, mine, untilOwnMs);
    const wasThere = isRegistered(layout, authority.directoryUrl);
    try {
      const account = await loop.use(({ parts }) => parts.issuerFor(authority).account(parts.signal));
      if (!wasThere) log.info({ ca: authority.name, account }, 'account is ready');
      if (mine === round) failed.delete(authority.name);
    } catch (thrown) {
      const error = asCertdError(thrown);
      if (mine === round && error.code !== 'stopped') fail(authority, error, mine);
    }
  };
  const fail = (authority: Authority, error: CertdError, mine: number) => {
    const { name, directoryUrl } = authority;
    const { retry, notBefore } = error;
    const now = clock.now();
    const waitMs = accountRetryMs({ retry, notBefore, now, draw: random() });
    log.warn({ ca: name, waitMs, ...logFields(error) }, 'account is not ready');
    const wasThere = isRegistered(layout, directoryUrl);
    const since = failed.get(name)?.since ?? now;
    failed.set(name, {
      since,
      problem: problem('ca-not-ready', 'warning', null, words(authority, error, loop.config()), since),
      isOver: () => !wasThere && isRegistered(layout, directoryUrl),
    });
    later(authority, mine, waitMs);
  };
  const later = (authority: Authority, mine: number, waitMs: Millis) => {
    const stop = timer(waitMs, () => {
      timers.delete(stop);
      void tryOne(authority, mine);
    });
    timers.add(stop);
  };
  return {
    /** At the start, and whenever another configuration has come into force. */
    begin(): void {
      end();
      for (const authority of loop.config().authorities.values()) void tryOne(authority, round);
    },
    problems: (): readonly Problem[] =>
      [...failed.values()].flatMap(({ problem: found, isOver }) => (isOver() ? [] : [found])),
    end,
  };
}

function words({ name }: Authority, { message }: CertdError, { certificates }: Config): string {
  const isFallback = certificates.some(({ cas }) => cas.slice(1).some(ca => ca.name === name));
  return `${isFallback ? 'the fallback' : 'the CA'} ${name} is not ready: ${message}`;
}
