import type { FailureRecord } from '../../src/core/issue/failure-record.ts';
import type { Observed, Target } from '../../src/core/model.ts';
import { at, day, makeGeneration, makeLeaf, makeObserved, makeTarget, makeWindow } from './make-observed.ts';

type Certificate = { readonly target: Target; readonly seen: Observed };

const failure = (code: string, message: string): FailureRecord => ({
  code,
  message,
  at: at('2026-03-05T11:00Z'),
  since: at('2026-03-05T11:00Z'),
  problemType: null,
});

const unreachable = failure('ca-unreachable', 'https://ca.test/dir: connect ECONNREFUSED 192.0.2.1:443');
const refused = failure(
  'validation-failed',
  '192.0.2.7: Invalid response from http://shop.example/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0: 404 (unauthorized)',
);

/** Certificate `index` of three hundred; four hours lie between one issue and the next. Seen on 2026-03-05T12:00Z. */
function certificate(index: number): Certificate {
  const name = `host-${String(index).padStart(3, '0')}.example`;
  return { target: makeTarget({ name, domains: [name] }), seen: seenOf(name, index) };
}

/** Twelve of three hundred have a problem, and they are spread over all of them. */
function seenOf(name: string, index: number): Observed {
  const ages: Readonly<Record<number, string>> = { 7: '2025-12-03', 131: '2025-12-04', 206: '2025-12-09' };
  const from = at(ages[index] ?? '2026-01-06T12:00Z') + (ages[index] === undefined ? index * (day / 6) : 0);
  const generation = (id: string, start: number) =>
    makeGeneration({
      id,
      leaf: makeLeaf({ domains: [name], notBefore: start, notAfter: start + 90 * day }),
    });
  const issued = [generation('0001-11223344', from)];
  const retry = { failures: 3, nextAttemptAt: at('2026-03-05T18:00Z') };
  switch (index) {
    case 7:
    case 131:
      return makeObserved({ name, issued, issuer: { ...retry, lastError: refused } });
    case 206:
      return makeObserved({ name, issued, issuer: { ...retry, lastError: unreachable } });
    case 20:
    case 21:
    case 22:
    case 23:
    case 24:
      return makeObserved({
        name,
        issued: [generation('0001-11223344', at('2026-01-01') + (index * day) / 24)],
        issuer: { ...retry, lastError: unreachable },
      });
    case 250:
    case 251: {
      const [old] = issued;
      const fresh = generation('0002-99aabbcc', at('2026-03-05'));
      if (old === undefined) throw new Error('there is no older generation');
      return makeObserved({
        name,
        issued: [old, fresh],
        live: { id: old.id, leaf: old.leaf },
        deploy: { deployed: old.id },
      });
    }
    case 288:
      return makeObserved({ name, issued: [] });
    case 299: {
      const message = `/var/lib/certd/issuer/state/${name}.json cannot be used: it is not JSON`;
      return makeObserved({ name, issued, faults: [{ code: 'state-corrupt', message, blocking: true }] });
    }
    default: {
      const window = makeWindow({ renewAt: from + 58 * day + (index % 24) * (day / 24) });
      return makeObserved({
        name,
        issued,
        issuer: index % 3 === 0 ? {} : { window, windowCheckAt: at('2026-03-05T15:00Z') },
      });
    }
  }
}

/** Three hundred certificates; the first `unreachable` of them cannot reach their CA any more, and are late. */
export function threeHundred({ unreachable: late = 0 } = {}): readonly Certificate[] {
  return Array.from({ length: 300 }, (_, index) => {
    const { target, seen } = certificate(index);
    if (index >= late) return { target, seen };
    const leaf = makeLeaf({
      domains: target.domains,
      notBefore: at('2026-01-01'),
      notAfter: at('2026-04-01'),
    });
    const issuer = { failures: 5, lastError: unreachable, nextAttemptAt: at('2026-03-05T18:00Z') };
    return { target, seen: makeObserved({ name: target.name, issued: [makeGeneration({ leaf })], issuer }) };
  });
}
