import type { Authority } from '../config/config.ts';
import type { RequestMade } from '../core/deploy/deploy-request.ts';
import type { Half } from '../core/half.ts';
import type { KeyType, Target } from '../core/model.ts';
import type { AccountCare, Issuer, Solver } from '../core/ports.ts';
import type { InTurn } from '../host/queue.ts';
import type { Shared } from '../host/shared.ts';
import type { AttemptHooks } from './attempt-hooks.ts';
import type { ChainGate } from './chain-gate.ts';
import type { EndpointLook } from './endpoint-look.ts';
import type { HostParts } from './host-parts.ts';
import type { Lanes } from './lanes.ts';
import type { Turns } from './turns.ts';

/** Everything a pass acts through. `daemon/build-parts.ts` makes the real ones; tests make others. */
export type PassParts = DeployerParts &
  CaParts &
  PassTraffic & {
    /** An issuer alone asks another process for deploys, and writes nothing outside `issuer/`. */
    readonly half: Exclude<Half, 'deployer'>;
  };

/** What a deploy acts through: nothing that asks a CA. */
export type DeployerParts = HostParts &
  DeployTraffic & {
    readonly half: Half;
    /** Of the configuration: what each of them issues is judged by its roots. */
    readonly authorities: ReadonlyMap<string, Authority>;
    readonly chainGate: ChainGate;
  };

/** What asks a CA, and makes what is sent there. */
type CaParts = {
  /** Those that no certificate uses any more, too. */
  readonly knownAuthorities: ReadonlyMap<string, Authority>;
  /** The account at one authority; opened once and kept, so that its nonces and connection serve the next order. */
  readonly issuerFor: (authority: Authority) => Issuer;
  /** What a person does with the account at one authority, which is the issuer's. */
  readonly accountFor: (authority: Authority) => AccountCare;
  readonly solverFor: (target: Target, authority: Authority) => Solver;
  /** Answers a challenge that no CA has set, for each domain, and reads it (`challenge/rehearse.ts`). */
  readonly rehearse: (target: Target, authority: Authority) => Promise<void>;
  readonly generateKey: (type: KeyType) => Promise<string>;
  /** PKCS#10 request, DER. */
  readonly createRequest: (keyPem: string, domains: readonly string[]) => Promise<Uint8Array>;
};

/** What keeps passes that run at the same time out of each other's way; one for all of them. */
export type PassTraffic = {
  /** One pass at a time for a certificate. */
  readonly turns: Turns;
  /** One revocation at a time for a certificate; a pass over it does not count. */
  readonly revocationTurns: Turns;
  readonly lanes: Lanes;
  /** The commands around attempts to order. */
  readonly attemptHooks: AttemptHooks;
  /** Whose accounts these are, for as long as they are used or replaced. */
  readonly hostGuard: HostGuard;
  /** By name: when a deployer that is another process was asked last. */
  readonly requestsMade: Map<string, RequestMade>;
};

/** What keeps the removal of all accounts and orders out of the way of those who use them. */
type HostGuard = {
  /** Attempts to order, each from its order to its certificate. */
  readonly attempts: Shared;
  /** All that uses any account. */
  readonly accounts: Shared;
  /** Who changes `issuer/identity.json` reads and writes it in turn. */
  readonly inTurn: InTurn;
};

/** The same for deploys and looks at endpoints. */
export type DeployTraffic = {
  /** One deploy at a time for a certificate; an order of it meanwhile does not count. */
  readonly deployTurns: Turns;
  /** One batch at a time for a hook: no two reload the same server at once. */
  readonly hookTurns: Turns;
  /** One write at a time for the path of an output file. */
  readonly outputTurns: Turns;
  /** Remembers the roots, as the gate does. */
  readonly endpointLook: EndpointLook;
  /** The hourly looks wait here for each other, so that a thousand do not all begin at once. */
  readonly lookSlots: InTurn;
};
