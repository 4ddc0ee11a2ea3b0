import type { AccountGuard } from '../acme/account.ts';
import { type Lookups, openLookups } from '../challenge/lookups.ts';
import { openTokenFiles, type TokenFiles } from '../challenge/token-files.ts';
import { openPatience } from '../host/patience.ts';
import { type InTurn, openQueue } from '../host/queue.ts';
import { openShared, sharedWithin } from '../host/shared.ts';
import { openSlots } from '../host/slots.ts';
import { openAttemptHooks } from '../pass/attempt-hooks.ts';
import { openEndpointLook } from '../pass/endpoint-look.ts';
import { openLanes } from '../pass/lanes.ts';
import type { DeployTraffic, PassTraffic } from '../pass/pass-parts.ts';
import { openTurns } from '../pass/turns.ts';

/** What keeps apart whatever goes on at the same time, under one configuration or several. */
export type Traffic = PassTraffic & DeployTraffic & CaTraffic;

/** What those share that ask CAs. */
type CaTraffic = {
  readonly tokenFiles: TokenFiles;
  /** For all self-checks. */
  readonly lookups: Lookups;
  /** One key is made at a time: each takes a thread, and there are four for all that waits for the disk. */
  readonly keysInTurn: InTurn;
  /** The account at a directory of a CA: who enters it does so in turn, and who changes it does so alone. */
  readonly accountGuard: (directoryUrl: string) => AccountGuard;
};

/** As many certificates at once as the connection to a CA has sockets; more wait for each other there. */
const placesAtEachCa = 16;

/** Of a thousand endpoints that are silent for ten seconds each, the last is looked at after five minutes. */
const looksAtOnce = 32;

/** One for the whole life of a process. */
export function openTraffic(now: () => number): Traffic {
  const accounts = new Map<string, AccountGuard>();
  const hostGuard = { attempts: openShared(), accounts: openShared(), inTurn: openQueue() };
  return {
    ...openDeployTraffic(),
    turns: openTurns(),
    revocationTurns: openTurns(),
    lanes: openLanes(placesAtEachCa, now),
    attemptHooks: openAttemptHooks(),
    hostGuard,
    requestsMade: new Map(),
    tokenFiles: openTokenFiles(),
    lookups: openLookups(),
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

/** The part of it that a process needs which only deploys. */
export function openDeployTraffic(): DeployTraffic {
  return {
    deployTurns: openTurns(),
    hookTurns: openTurns(),
    outputTurns: openTurns(),
    // Whoever looks at a server must not wait for the names of challenges.
    endpointLook: openEndpointLook(openLookups()),
    lookSlots: openSlots(looksAtOnce),
  };
}
