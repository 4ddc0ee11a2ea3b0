import type { AccountGuard } from '../acme/account.ts';
import { openLookups } from '../challenge/lookups.ts';
import { openTokenFiles } from '../challenge/token-files.ts';
import { openPatience } from '../host/patience.ts';
import { openQueue } from '../host/queue.ts';
import { openShared, sharedWithin } from '../host/shared.ts';
import { openSlots } from '../host/slots.ts';
import { openAttemptHooks } from '../pass/attempt-hooks.ts';
import { openEndpointLook } from '../pass/endpoint-look.ts';
import { openLanes } from '../pass/lanes.ts';
import type { Traffic } from '../pass/pass-parts.ts';
import { openTurns } from '../pass/turns.ts';

/** As many certificates at once as the connection to a CA has sockets; more wait for each other there. */
const placesAtEachCa = 16;

/** Of a thousand endpoints that are silent for ten seconds each, the last is looked at after five minutes. */
const looksAtOnce = 32;

/** What keeps passes out of each other's way; one for the whole life of a process. */
export function openTraffic(now: () => number): Traffic {
  const accounts = new Map<string, AccountGuard>();
  const hostGuard = { attempts: openShared(), accounts: openShared(), inTurn: openQueue() };
  return {
    turns: openTurns(),
    revocationTurns: openTurns(),
    tokenFiles: openTokenFiles(),
    lookups: openLookups(),
    // Whoever looks at a server must not wait for the names of challenges.
    endpointLook: openEndpointLook(openLookups()),
    lookSlots: openSlots(looksAtOnce),
    lanes: openLanes(placesAtEachCa, now),
    attemptHooks: openAttemptHooks(),
    hostGuard,
    deployTurns: openTurns(),
    hookTurns: openTurns(),
    outputTurns: openTurns(),
    requestsMade: new Map(),
    keysInTurn: openQueue(),
    accountGuard: directoryUrl => {
      const guard = accounts.get(directoryUrl) ?? {
        inTurn: openQueue(),
        shared: sharedWithin(hostGuard.accounts, openShared()),
        patience: openPatience(now),
      };
      accounts.set(directoryUrl, guard);
      return guard;
    },
  };
}
