import type { Authority } from '../config/config.ts';
import type { Instant } from '../core/instant.ts';
import type { CaChoice, Observed, PlacedOrder, Target } from '../core/model.ts';

/** One attempt to issue a certificate. */
export type Attempt = {
  readonly target: Target;
  /** What was known before it. */
  readonly seen: Observed;
  /** Where the order goes to. */
  readonly ca: CaChoice;
  readonly authority: Authority;
  /** This pass has already lost an order, so that another loss counts as a failure. */
  readonly lostBefore: boolean;
  /** A person asked for it. */
  readonly byHand: boolean;
  readonly startedAt: Instant;
  /** Of the last seven days. What this attempt places comes to them once the CA has it. */
  readonly orders: PlacedOrder[];
};
