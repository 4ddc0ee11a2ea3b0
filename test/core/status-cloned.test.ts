import { expect, it } from 'vitest';
import { type HostChange, ownHost } from '../../src/core/host-change.ts';
import { statusDocument } from '../../src/core/status.ts';
import { at, hour, makeObserved, makeTarget } from '../support/make-observed.ts';

it('a certificate that is another host’s is renewed at the moment of the change, as if somebody forced it', () => {
  const now = at('2026-01-20');
  const change: HostChange = {
    cause: { source: 'machine-id', from: 'a', to: 'b' },
    changedAt: now,
    renewAt: now + hour,
    phase: 'waiting',
    facts: [],
  };
  const document = statusDocument({
    version: '0.1.0',
    source: 'daemon',
    pid: 812,
    startedAt: null,
    now,
    targets: [makeTarget()],
    observed: [makeObserved({ host: { ...ownHost, change } })],
    thresholds: { warning: 0.2, critical: 0.05 },
    problems: [],
  });
  expect(document.certificates[0]?.renewal).toMatchObject({
    source: 'forced',
    renew_at: '2026-01-20T01:00:00.000Z',
    window_start: null,
  });
});
