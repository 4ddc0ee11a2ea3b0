import { CertdError } from '../../src/core/errors.ts';
import type { Instant, Millis } from '../../src/core/instant.ts';
import type { Leaf } from '../../src/core/model.ts';
import type { Issuer } from '../../src/core/ports.ts';

const hour = 3_600_000;
const day = 24 * hour;

type Window = { readonly start: Instant; readonly end: Instant };

/** What Let's Encrypt makes of an issuer: windows of its kind, its limit on equal certificates, its bad days. */
export type LetsEncryptLike = Issuer & {
  /** When each order was placed, and whether its window spared it the limit. */
  readonly placed: readonly { readonly at: Instant; readonly exempt: boolean }[];
  /** When a request found it out. */
  readonly knocks: readonly Instant[];
  /** Every certificate of before this moment is to be replaced at once (boulder core/objects.go, RenewalInfoImmediate). */
  replaceAllBefore(at: Instant): void;
};

type Terms = {
  readonly now: () => Instant;
  /** The leaf of a certificate that it has issued, by its certID; undefined for any other. */
  readonly leafOf: (certId: string) => Leaf | undefined;
  /** Why it is out now; null while it serves. */
  readonly outage: (now: Instant) => CertdError | null;
  readonly draw: () => number;
  /** Whether it has ARI. */
  readonly hasWindows: boolean;
};

/**
 * `issuer` as Let's Encrypt would be it. Throws `rate-limited` at the sixth order for one set of names in seven days
 * that is no renewal inside its window.
 */
export function letsEncryptLike(
  issuer: Issuer,
  { now, leafOf, outage, draw, hasWindows }: Terms,
): LetsEncryptLike {
  const placed: { at: Instant; exempt: boolean }[] = [];
  const counted: { at: Instant; set: string }[] = [];
  const knocks: Instant[] = [];
  let replacedBefore = 0;
  const windowOf = (certId: string): Window => {
    const leaf = leafOf(certId);
    if (leaf === undefined) throw new CertdError('ca-refused', `it has issued no ${certId}`);
    return leaf.notBefore < replacedBefore
      ? { start: now() - hour, end: now() - hour / 2 }
      : usualWindow(leaf);
  };
  const serve = () => {
    const error = outage(now());
    if (error === null) return;
    knocks.push(now());
    throw error;
  };
  return {
    ...issuer,
    placed,
    knocks,
    replaceAllBefore: at => {
      replacedBefore = at;
    },
    async order(request, signal) {
      serve();
      const exempt = request.replaces !== null && holds(windowOf(request.replaces), now());
      const set = request.domains.toSorted().join(' ');
      if (!exempt) {
        const week = counted.filter(order => order.set === set && now() - order.at < 7 * day);
        if (week.length >= 5) throw new CertdError('rate-limited', `too many certificates for ${set}`);
        counted.push({ at: now(), set });
      }
      placed.push({ at: now(), exempt });
      return issuer.order(request, signal);
    },
    async renewalInfo(certId) {
      serve();
      if (!hasWindows) return null;
      // Retry-After is six hours, give or take a fifth (boulder wfe2/wfe.go).
      const checkAt = now() + 6 * hour * (0.8 + 0.4 * draw());
      return { ...windowOf(certId), explanationUrl: null, checkAt };
    },
  };
}

/** A hundredth of the lifetime to both sides of two thirds of it, or of a half below ten days (boulder core/objects.go). */
function usualWindow({ notBefore, notAfter }: Leaf): Window {
  const lifetime: Millis = notAfter - notBefore;
  const ideal = notBefore + lifetime * (lifetime < 10 * day ? 1 / 2 : 2 / 3);
  return { start: Math.round(ideal - lifetime / 100), end: Math.round(ideal + lifetime / 100) };
}

function holds({ start, end }: Window, at: Instant): boolean {
  return at >= start && at < end;
}
