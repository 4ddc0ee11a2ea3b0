import type { Authority } from '../config/config.ts';
import type { KeyType, Target } from '../core/model.ts';
import type { Clock, Disk, Issuer, Random, Solver } from '../core/ports.ts';
import type { HookResult, HookRun } from '../deploy/run-hook.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';

/** Everything a pass acts through. `build-parts.ts` makes the real ones; tests make others. */
export type PassParts = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly authorities: ReadonlyMap<string, Authority>;
  /** The account at one authority; opened once and kept, so that its nonces and connection serve the next order. */
  readonly issuerFor: (authority: Authority) => Issuer;
  readonly solverFor: (target: Target, authority: Authority) => Solver;
  readonly generateKey: (type: KeyType) => Promise<string>;
  /** PKCS#10 request, DER. */
  readonly createRequest: (keyPem: string, domains: readonly string[]) => Promise<Uint8Array>;
  readonly runHook: (run: HookRun) => Promise<HookResult>;
  /** Called before each certificate and before the deploys: a long pass that progresses does not count as hung. */
  readonly onProgress: () => void;
  readonly signal: AbortSignal;
};
