import { describe, expect, it } from 'vitest';
import type { StatusInput } from '../../../src/core/status/status.ts';
import { at, makeGeneration, makeLeaf, makeObserved, makeWindow } from '../../support/make-observed.ts';
import { makeStatus } from '../../support/make-status.ts';

const only = (change: Partial<StatusInput>) => makeStatus(change).certificates[0];

describe('a certificate that the configuration no longer has', () => {
  const orphan = makeObserved({
    name: 'old.example',
    issued: [makeGeneration({ leaf: makeLeaf({ domains: ['old.example'], keyType: 'rsa-2048' }) })],
    issuer: { window: makeWindow(), nextAttemptAt: at('2026-02-02') },
  });

  it('is shown as unmanaged while it is live, with a warning and no renewal', () => {
    const document = makeStatus({ targets: [], observed: [orphan] });
    expect(document.status).toBe('warning');
    expect(document.certificates).toMatchObject([
      {
        name: 'old.example',
        domains: ['old.example'],
        managed: false,
        status: 'warning',
        problems: [{ code: 'unmanaged', message: 'live, but not in the configuration: nobody renews it' }],
        ca: 'main',
        key_type: 'rsa-2048',
        serial: '03aabb',
        generation: { live: '0001-11223344' },
        renewal: { source: 'none', window_start: null, renew_at: null, next_attempt_at: null },
        deploy: { state: 'deployed' },
      },
    ]);
  });

  it.each([
    ['well in time', '2026-02-01', ['unmanaged warning'], 'warning'],
    ['late', '2026-03-20', ['renewal-late warning', 'unmanaged warning'], 'warning'],
    ['near its end', '2026-03-31', ['expiring-soon critical', 'unmanaged warning'], 'critical'],
    ['expired', '2026-04-01', ['expired critical', 'unmanaged warning'], 'critical'],
  ] as const)('is judged by its lifetime like any other: %s', (_sentence, now, problems, level) => {
    const document = makeStatus({ now: at(now), targets: [], observed: [orphan] });
    const [shown] = document.certificates;
    expect(shown?.problems.map(({ code, level }) => `${code} ${level}`)).toEqual(problems);
    expect([shown?.status, document.status]).toEqual([level, level]);
  });

  it('is shown without its CA where its issued copy is gone', () => {
    const live = orphan.live;
    const seen = makeObserved({ name: 'old.example', issued: [], live });
    expect(only({ targets: [], observed: [seen] })).toMatchObject({ ca: null, generation: { issued: null } });
  });

  describe('while commands of attempt.after are owed', () => {
    const afterOwed = { since: at('2026-02-01'), failures: 0, nextAttemptAt: null, lastError: null };

    it('says so, critical once no attempt can be under way any more', () => {
      const levels = ['2026-02-01T00:59Z', '2026-02-01T01:00Z'].map(now => {
        const document = makeStatus({ now: at(now), targets: [], observed: [{ ...orphan, afterOwed }] });
        return document.certificates[0]?.problems.map(({ code, level }) => `${code} ${level}`);
      });
      expect(levels).toEqual([
        ['after-gone warning', 'unmanaged warning'],
        ['after-gone critical', 'unmanaged warning'],
      ]);
    });

    it('is shown also where nothing of it is live', () => {
      const seen = makeObserved({ name: 'old.example', issued: [], live: null, afterOwed });
      expect(only({ now: at('2026-02-02'), targets: [], observed: [seen] })).toMatchObject({
        name: 'old.example',
        domains: [],
        managed: false,
        status: 'critical',
        problems: [
          {
            code: 'after-gone',
            certificate: 'old.example',
            message: 'commands of `attempt.after` are owed, and the configuration no longer says which',
            since: '2026-02-01T00:00:00.000Z',
          },
        ],
        ca: null,
        key_type: null,
        not_after: null,
        generation: { issued: null, live: null },
        deploy: { state: 'none' },
      });
    });
  });

  it('is not shown once nothing of it is live', () => {
    const seen = makeObserved({ name: 'old.example', live: null });
    expect(makeStatus({ targets: [], observed: [seen] }).certificates).toEqual([]);
  });

  it('stands after those that are configured', () => {
    const document = makeStatus({ observed: [orphan, makeObserved()] });
    expect(document.certificates.map(({ name }) => name)).toEqual(['a.example', 'old.example']);
  });
});
