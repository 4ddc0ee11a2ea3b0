import { describe, expect, it } from 'vitest';
import type { FailureRecord } from '../../../src/core/issue/failure-record.ts';
import type { Observed } from '../../../src/core/model.ts';
import { planFor } from '../../../src/core/plan.ts';
import {
  certificateProblems,
  problem,
  unmanagedProblems,
  worst,
} from '../../../src/core/status/certificate-problems.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
} from '../../support/make-observed.ts';

const thresholds = { warning: 0.2, critical: 0.05 };

function problems(seen: Observed, now: string) {
  const verdict = planFor(makeTarget(), seen, 'nothing', at(now));
  return certificateProblems(seen, verdict, [], { now: at(now), thresholds });
}

const codes = (seen: Observed, now: string) => problems(seen, now).map(({ code, level }) => [code, level]);

const failure: FailureRecord = {
  code: 'validation-failed',
  message: 'a.example: connection refused',
  at: at('2026-03-05'),
  since: at('2026-03-05'),
  problemType: 'urn:ietf:params:acme:error:connection',
};

/** Ninety days: 20 % are 18 days (left on 03-14), 5 % are 4.5 days (left on 03-27 at noon). */
describe('as the end of the lifetime comes nearer', () => {
  it.each([
    ['all is well', '2026-03-01', []],
    ['all is well when it begins', '2026-01-01', []],
    ['all is well five minutes before it begins: no two clocks are the same', '2025-12-31T23:55:00Z', []],
    ['a millisecond earlier the clock is behind', '2025-12-31T23:54:59.999Z', [['clock-behind', 'warning']]],
    ['with a clock that begins anew in 1970 too', '1970-01-01', [['clock-behind', 'warning']]],
    ['exactly at the warning threshold all is still well', '2026-03-14', []],
    ['a millisecond later it is late', '2026-03-14T00:00:00.001Z', [['renewal-late', 'warning']]],
    [
      'exactly at the critical threshold it is still late',
      '2026-03-27T12:00:00Z',
      [['renewal-late', 'warning']],
    ],
    ['a millisecond later it is critical', '2026-03-27T12:00:00.001Z', [['expiring-soon', 'critical']]],
    ['a millisecond before the end too', '2026-03-31T23:59:59.999Z', [['expiring-soon', 'critical']]],
    ['at the end it has expired', '2026-04-01', [['expired', 'critical']]],
    ['with a clock far in the future too', '2099-01-01', [['expired', 'critical']]],
  ])('%s', (_sentence, now, expected) => {
    expect(codes(makeObserved(), now)).toEqual(expected);
  });

  it('says when it ended, and since when that is so', () => {
    expect(problems(makeObserved(), '2026-04-02')).toEqual([
      {
        code: 'expired',
        level: 'critical',
        certificate: 'a.example',
        message: 'the live certificate ends 2026-04-01T00:00:00.000Z',
        since: '2026-04-01T00:00:00.000Z',
      },
    ]);
  });

  it.each([
    ['2026-03-14T00:00:00.001Z', 'renewal-late', '2026-03-14T00:00:00.000Z'],
    ['2026-03-31', 'expiring-soon', '2026-03-27T12:00:00.000Z'],
  ])('at %s it says %s since the moment at which that began: %s', (now, code, since) => {
    const message = 'the live certificate ends 2026-04-01T00:00:00.000Z';
    expect(problems(makeObserved(), now)).toMatchObject([{ code, message, since }]);
  });

  it('says when the certificate begins that the clock has not reached', () => {
    expect(problems(makeObserved(), '2025-06-01')).toEqual([
      {
        code: 'clock-behind',
        level: 'warning',
        certificate: 'a.example',
        message:
          'the live certificate begins 2026-01-01T00:00:00.000Z, and the clock of this host is not there yet',
        since: null,
      },
    ]);
  });

  it('a leaf whose dates are upside down has expired, not been born', () => {
    const leaf = makeLeaf({ notBefore: at('2026-04-01'), notAfter: at('2026-01-01') });
    const seen = makeObserved({ issued: [makeGeneration({ leaf })] });
    expect(codes(seen, '2026-02-01')).toEqual([['expired', 'critical']]);
  });

  it('judges what is live, not what is issued', () => {
    const fresh = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ notAfter: at('2026-07-01') }) });
    const old = makeGeneration();
    const seen = makeObserved({ issued: [old, fresh], live: { id: old.id, leaf: old.leaf } });
    expect(codes(seen, '2026-04-02')).toContainEqual(['expired', 'critical']);
  });
});

/** Six days from 01-01 to 01-07: due after half of them; 20 % are 28.8 h, 5 % are 7.2 h. */
it.each([
  ['a minute before it is due', '2026-01-03T23:59:00Z', 'later', []],
  ['when it is due', '2026-01-04T00:00:00Z', 'now', []],
  ['when the fifth day has begun', '2026-01-05T19:12:00Z', 'now', []],
  ['with under 28.8 h left', '2026-01-05T19:12:00.001Z', 'now', [['renewal-late', 'warning']]],
  ['with under 7.2 h left', '2026-01-06T16:48:00.001Z', 'now', [['expiring-soon', 'critical']]],
] as const)(
  'a certificate of six days is judged by its own lifetime: %s',
  (_sentence, now, kind, expected) => {
    const leaf = makeLeaf({ notBefore: at('2026-01-01'), notAfter: at('2026-01-07') });
    const seen = makeObserved({ issued: [makeGeneration({ leaf })] });
    expect(planFor(makeTarget(), seen, 'nothing', at(now)).issue.kind).toBe(kind);
    expect(codes(seen, now)).toEqual(expected);
  },
);

it('nothing live is critical, also while the first order fails', () => {
  const seen = makeObserved({ issued: [], issuer: { lastError: failure } });
  expect(codes(seen, '2026-03-05')).toEqual([
    ['not-issued', 'critical'],
    ['validation-failed', 'warning'],
  ]);
});

it('a failed renewal is a warning with its own code, words and moment', () => {
  expect(problems(makeObserved({ issuer: { lastError: failure } }), '2026-03-06')).toEqual([
    {
      code: 'validation-failed',
      level: 'warning',
      certificate: 'a.example',
      message: 'a.example: connection refused',
      since: '2026-03-05T00:00:00.000Z',
    },
  ]);
});

it('a failure is history once nothing is due any more', () => {
  expect(codes(makeObserved({ issuer: { lastError: failure } }), '2026-02-01')).toEqual([]);
});

describe('a deploy that is owed', () => {
  const owed = { live: null, deploy: { deployed: null } };
  const hook: FailureRecord = {
    ...failure,
    code: 'hook-failed',
    message: 'nginx: exit 1',
    problemType: null,
  };

  it('is a warning while it was not tried', () => {
    const seen = { ...makeObserved(owed), live: makeObserved().live };
    expect(problems(seen, '2026-02-01')).toEqual([
      {
        code: 'deploy-owed',
        level: 'warning',
        certificate: 'a.example',
        message: 'generation 0001-11223344 is issued and not deployed yet',
        since: null,
      },
    ]);
  });

  it('says since when a deployer of its own was asked and has not begun', () => {
    const seen = { ...makeObserved(owed), live: makeObserved().live, requestedAt: at('2026-01-31T23:00Z') };
    const words = 'the deployer was asked 2026-01-31T23:00:00.000Z, and has not begun';
    expect(problems(seen, '2026-02-01')).toMatchObject([
      { code: 'deploy-owed', message: `generation 0001-11223344 is issued and not deployed yet; ${words}` },
    ]);
  });

  it.each([
    ['since its issue', { deployed: '0001-11223344' }, '2026-03-04T10:00:00.000Z'],
    ['since its issue where nothing was deployed before', { deployed: null }, '2026-03-04T10:00:00.000Z'],
    ['since nobody knows when, where its link was bent', { deployed: '0002-55667788' }, null],
    [
      'since nobody knows when, where the newest is rejected',
      { deployed: null, rejected: ['0002-55667788'] },
      null,
    ],
  ])('is owed %s', (_sentence, deploy, since) => {
    const old = makeGeneration({ id: '0001-11223344' });
    const fresh = makeGeneration({ id: '0002-55667788' });
    const live = { id: '0000-99999999', leaf: old.leaf };
    const issuer = { lastSuccessAt: at('2026-03-04T10:00Z') };
    const seen = makeObserved({ issued: [old, fresh], live, deploy, issuer });
    expect(problems(seen, '2026-02-01')).toMatchObject([{ code: 'deploy-owed', since }]);
  });

  it('is said to be owed once more where it was deployed already', () => {
    const bent = makeObserved({ live: { id: '0000-99999999', leaf: makeLeaf() } });
    expect(problems(bent, '2026-02-01')).toMatchObject([
      { message: 'generation 0001-11223344 was deployed, and its deploy is owed once more' },
    ]);
  });

  it('is critical with the words of what failed', () => {
    const deploy = { ...owed.deploy, failures: 1, lastError: hook, nextAttemptAt: at('2026-03-05T00:01Z') };
    expect(problems(makeObserved({ ...owed, deploy }), '2026-03-05')).toContainEqual({
      code: 'hook-failed',
      level: 'critical',
      certificate: 'a.example',
      message: 'nginx: exit 1',
      since: '2026-03-05T00:00:00.000Z',
    });
  });

  it('is a warning where it was taken back, for what is live is what was before', () => {
    const deploy = { ...owed.deploy, failures: 1, refused: '0001-11223344', lastError: hook };
    const { live } = makeObserved();
    expect(problems(makeObserved({ live, deploy }), '2026-02-01')).toMatchObject([
      { code: 'hook-failed', level: 'warning', message: 'nginx: exit 1' },
    ]);
  });

  it('of long ago that is deployed since is no problem', () => {
    expect(codes(makeObserved({ deploy: { lastError: hook } }), '2026-02-01')).toEqual([]);
  });
});

it('names what is wrong on disk first: critical where it blocks, else a warning', () => {
  const faults = [
    { code: 'generation-damaged', message: 'key does not fit', blocking: false },
    { code: 'state-corrupt', message: 'x.json cannot be used', blocking: true },
  ] as const;
  expect(codes(makeObserved({ faults }), '2026-02-01')).toEqual([
    ['generation-damaged', 'warning'],
    ['state-corrupt', 'critical'],
  ]);
});

it('the worst of several problems counts', () => {
  const warning = problem('unmanaged', 'warning', null, '', null);
  const critical = problem('expired', 'critical', null, '', null);
  expect(worst([])).toBe('ok');
  expect(worst([warning, warning])).toBe('warning');
  expect(worst([warning, critical, warning])).toBe('critical');
});

describe('a revoked certificate', () => {
  const newer = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ keySha256: 'bb22'.repeat(16) }) });
  const now = '2026-01-20';
  const about = (seen: Observed) => problems(seen, now).filter(({ code }) => code !== 'deploy-owed');

  it('is critical while it is live, since it was asked for', () => {
    expect(about(makeObserved({ revoked: [makeRevocation()] }))).toEqual([
      {
        code: 'revoked',
        level: 'critical',
        certificate: 'a.example',
        message: 'the live generation 0001-11223344 is revoked (keyCompromise)',
        since: '2026-01-15T10:00:00.000Z',
      },
    ]);
  });

  it('is so also where it is not to be replaced, and failed before', () => {
    const seen = makeObserved({
      revoked: [makeRevocation({ replace: false })],
      issuer: { lastError: failure, failures: 1 },
    });
    expect(about(seen).map(({ code }) => code)).toEqual(['revoked']);
  });

  it('is a warning where it is not live yet', () => {
    const seen = makeObserved({
      issued: [makeGeneration(), newer],
      live: { id: '0001-11223344', leaf: makeLeaf() },
      deploy: { deployed: '0001-11223344' },
      revoked: [makeRevocation({ generation: newer.id, keySha256: newer.leaf.keySha256 })],
    });
    expect(about(seen)).toMatchObject([
      { code: 'revoked', level: 'warning', message: 'generation 0002-55667788 is revoked (keyCompromise)' },
    ]);
  });

  it('is none any more once another one is live', () => {
    expect(about(makeObserved({ issued: [makeGeneration(), newer], revoked: [makeRevocation()] }))).toEqual(
      [],
    );
  });

  it('of which the CA has not said so is a warning of its own, also when it is replaced', () => {
    const open = makeRevocation({ confirmedAt: null, signedBy: null, askedAt: at('2026-01-19') });
    expect(about(makeObserved({ issued: [makeGeneration(), newer], revoked: [open] }))).toEqual([
      {
        code: 'revocation-unconfirmed',
        level: 'warning',
        certificate: 'a.example',
        message: 'the CA has not said yet that generation 0001-11223344 is revoked',
        since: '2026-01-15T10:00:00.000Z',
      },
    ]);
  });

  it('is critical too while it is live and nobody manages it', () => {
    const seen = makeObserved({ revoked: [makeRevocation()] });
    expect(
      unmanagedProblems(seen, { now: at(now), thresholds }).map(({ code, level }) => [code, level]),
    ).toEqual([
      ['revoked', 'critical'],
      ['unmanaged', 'warning'],
    ]);
  });
});

it('commands that are owed after an attempt are a problem once they have failed, and a critical one', () => {
  const error = { ...failure, code: 'after-hook-failed', message: 'after hook 1 (start-web): exit 5' };
  const owed = (lastError: FailureRecord | null) =>
    makeObserved({ afterOwed: { since: at('2026-01-15'), failures: 0, nextAttemptAt: null, lastError } });
  expect(codes(owed(null), '2026-01-15')).toEqual([]);
  expect(codes(owed(error), '2026-01-15')).toEqual([['after-hook-failed', 'critical']]);
});
