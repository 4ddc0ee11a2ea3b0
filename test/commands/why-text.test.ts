import { describe, expect, it } from 'vitest';
import { whyText } from '../../src/commands/why-text.ts';
import { attemptKey } from '../../src/core/issue/attempt-key.ts';
import type { Observed, Target } from '../../src/core/model.ts';
import { expectGolden } from '../support/golden.ts';
import {
  at,
  makeChoice,
  makeEndpoint,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeOrder,
  makeRevocation,
  makeServed,
  makeTarget,
  makeTrouble,
  makeWindow,
} from '../support/make-observed.ts';
import { examples, now } from '../support/status-examples.ts';

type Look = { readonly target: Target; readonly seen: Observed };

const failed = examples['lapsed']?.seen.issuer.lastError ?? null;
const two = makeTarget({ cas: [makeChoice(), makeChoice({ name: 'other' })] });
const orders = [1, 2, 3, 4].map(day => ({ at: at(`2026-03-0${day}`), domains: ['a.example'] }));

/** One for each thing that holds an order back, or lets it go. */
const looks: readonly Look[] = [
  {
    target: makeTarget(),
    seen: makeObserved({
      issuer: {
        window: makeWindow({
          start: at('2026-03-10'),
          end: at('2026-03-12'),
          renewAt: at('2026-03-11'),
          explanationUrl: 'https://ca.test/incident',
        }),
        windowCheckAt: at('2026-03-05T16:00Z'),
      },
    }),
  },
  {
    target: makeTarget(),
    seen: makeObserved({
      issuer: {
        failures: 4,
        lastError: failed,
        nextAttemptAt: at('2026-03-06T11:00Z'),
        failedFor: attemptKey(makeTarget()),
        windowCheckAt: at('2026-03-05T16:00Z'),
        orders,
      },
    }),
  },
  {
    target: two,
    seen: makeObserved({
      issuer: {
        troubles: [
          makeTrouble({ since: at('2026-02-01'), notBefore: at('2026-03-07T10:00Z') }),
          makeTrouble({ ca: 'other', since: at('2026-03-05T11:00Z') }),
        ],
        windowCheckAt: at('2026-03-05T16:00Z'),
      },
    }),
  },
  {
    target: makeTarget(),
    seen: makeObserved({ revoked: [makeRevocation({ replace: false })] }),
  },
  {
    target: makeTarget({ domains: ['a.example', 'b.example'], keyType: 'rsa-2048' }),
    seen: makeObserved({
      issuer: { failures: 1, failedFor: 'another', nextAttemptAt: at('2026-03-05T12:10Z') },
    }),
  },
  ...['failed', 'owed', 'held', 'corrupt', 'never'].flatMap(name => {
    const { target = null, seen } = examples[name] ?? {};
    return target === null || seen === undefined ? [] : [{ target, seen }];
  }),
];

it.each([60, 80])('says everything that the decision rests on, on %d columns', width => {
  const texts = looks.map(look => whyText({ ...look, now }, width));
  expectGolden(`why-${width}.txt`, texts.join('\n'));
});

describe('certd why says', () => {
  const lines = (look: Look, moment = now) =>
    whyText({ ...look, now: moment }, Number.POSITIVE_INFINITY)
      .split('\n')
      .map(line => line.trim());
  const of = (change: Parameters<typeof makeObserved>[0], moment?: number) =>
    lines({ target: makeTarget(), seen: makeObserved(change) }, moment);

  it('that a window in the past does not renew the newborn at once', () => {
    const window = makeWindow({ start: at('2025-06-01'), end: at('2025-06-02'), renewAt: at('2025-06-01') });
    expect(of({ issuer: { window } }, at('2026-01-01T00:30Z'))).toContain(
      'moved to 2026-01-01T01:00:00.000Z (in 30m): a new certificate is left alone for a while',
    );
  });

  it('that a window beyond the end is not waited for', () => {
    const window = makeWindow({ start: at('2027-01-01'), end: at('2027-01-03'), renewAt: at('2027-01-02') });
    expect(of({ issuer: { window } })).toContain(
      'moved to 2026-03-27T12:00:00.000Z (in 22d): with a twentieth of the lifetime left no window is waited for',
    );
  });

  it('that the known window is that of another generation', () => {
    const window = makeWindow({ generation: '0000-99999999' });
    expect(of({ issuer: { window } })).toContain(
      'renewal      the window that is known is that of 0000-99999999',
    );
  });

  it('how long the CA is at work on an order', () => {
    const order = makeOrder({ notBefore: at('2026-03-05T13:00Z') });
    expect(of({ order })).toContain(
      'waits        the CA is at work on an order, and asks to wait until 2026-03-05T13:00:00.000Z (in 1h)',
    );
  });

  it('what every check would say, where several do', () => {
    const target = makeTarget({ domains: ['a.example', 'b.example'] });
    const text = lines({ target, seen: makeObserved() });
    expect(text).toContain('domains-added: yes: the configuration adds b.example');
    expect(text).toContain('renewal-due: yes, too: its share of the lifetime has passed');
  });

  it('that a revocation was not answered', () => {
    const open = makeRevocation({
      generation: '0000-99999999',
      keySha256: 'bb22',
      confirmedAt: null,
      signedBy: null,
    });
    expect(of({ revoked: [open] })).toContain(
      'whether 0000-99999999 is revoked was asked 2026-01-15T10:00:00.000Z (49d ago), without answer',
    );
  });

  it('nothing of a CA that the configuration no longer names', () => {
    expect(of({ issuer: { troubles: [makeTrouble({ ca: 'gone' })] } }).join('\n')).not.toContain('gone');
  });

  it('the profile that was ordered, and what is live where that is another one', () => {
    const newest = makeGeneration({ id: '0002-55667788', profile: { wanted: 'short', ordered: 'short' } });
    const text = of({ issued: [makeGeneration(), newest], live: { id: '0001-11223344', leaf: makeLeaf() } });
    expect(text).toContain('certificate  0002-55667788 from main (ecdsa-p256, profile short) for a.example');
    expect(text).toContain('live is 0001-11223344');
  });

  it('what each endpoint presents, and when it is looked at again', () => {
    const verify = [makeEndpoint(), makeEndpoint({ serverName: 'b.example' })];
    const target = makeTarget({ deploy: { verify } });
    const stale = { state: 'stale', detail: 'it presents another certificate' } as const;
    const served = [makeServed({ ...stale, checkedAt: at('2026-03-05T11:30Z') })];
    const looked = '127.0.0.1:443 (a.example): stale: it presents another certificate; looked at';
    expect(lines({ target, seen: makeObserved({ deploy: { served } }) }).slice(-4, -1)).toEqual([
      `served       ${looked} 2026-03-05T11:30:00.000Z (30m ago)`,
      '127.0.0.1:443 (b.example): nobody has looked yet',
      'looked at again now',
    ]);
    const both = [...served, makeServed({ serverName: 'b.example', checkedAt: at('2026-03-05T11:40Z') })];
    expect(lines({ target, seen: makeObserved({ deploy: { served: both } }) }).slice(-3, -1)).toEqual([
      '127.0.0.1:443 (b.example): match; looked at 2026-03-05T11:40:00.000Z (20m ago)',
      'looked at again 2026-03-05T12:30:00.000Z (in 30m)',
    ]);
    const nothing = makeObserved({ live: null, deploy: { served: both } });
    expect(lines({ target, seen: nothing }).join()).not.toContain('looked at again');
  });

  it('that a deploy is not held until the certificate in force has lapsed', () => {
    const { target = null, seen } = examples['held'] ?? {};
    if (target === null || seen === undefined) throw new Error('there is no such example');
    expect(lines({ target, seen }, at('2026-03-27T06:00Z'))).toContain(
      '0002-99aabbcc is owed; with a twentieth of the lifetime left it waits for its window (02:00-05:00 Asia/Shanghai) no longer than until 2026-03-27T12:00:00.000Z (in 6h); `certd deploy pop.example` does not wait',
    );
  });

  it('no cure for a code of another version, and no text from the disk but text', () => {
    const lastError = {
      ...(failed ?? { at: now, since: now, problemType: null }),
      code: 'of-tomorrow',
      message: 'a\u001b[2J\nb',
    };
    const text = of({ issuer: { lastError } }).join('\n');
    expect(text).toContain('last error   of-tomorrow: a [2J b');
    expect(text).not.toContain('cure:');
    expect(text).not.toContain('\u001b');
  });
});
