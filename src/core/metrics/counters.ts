import type { Millis } from '../instant.ts';
import type { Histogram } from './histogram.ts';

export const results = ['success', 'failure'] as const;

type Result = (typeof results)[number];

/** An order that was brought to its end or failed. */
type Attempt = {
  readonly name: string;
  readonly ca: string;
  readonly result: Result;
  readonly durationMs: Millis;
};

/** Told of what is counted, when it has happened. */
export type Tally = {
  readonly onAttempt: (attempt: Attempt) => void;
  readonly onDeploy: (deploy: { readonly name: string; readonly result: Result }) => void;
  /** `kind`: what the request was for (`acme/request-kind.ts`). */
  readonly onRequest: (ca: string, kind: string) => void;
};

/** What a daemon has counted since it started. Each key is the labels of one sample, as `labelText` writes them. */
export type Counters = {
  /** By `name`, `ca` and `result`. */
  readonly renewals: ReadonlyMap<string, number>;
  /** By `ca` and `result`: by name it would be a dozen series for each certificate. */
  readonly durations: ReadonlyMap<string, Histogram>;
  /** By `name` and `result`. */
  readonly deploys: ReadonlyMap<string, number>;
  /** By `ca` and `endpoint`, which is the kind of the request. */
  readonly requests: ReadonlyMap<string, number>;
};
