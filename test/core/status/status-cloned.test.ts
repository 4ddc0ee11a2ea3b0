import { expect, it } from 'vitest';
import { type HostChange, ownHost } from '../../../src/core/host/host-change.ts';
import { at, hour, makeObserved } from '../../support/make-observed.ts';
import { makeStatus } from '../../support/make-status.ts';

it('a certificate that is another host’s is renewed at the moment of the change, as if somebody forced it', () => {
  const now = at('2026-01-20');
  const change: HostChange = {
    cause: { source: 'machine-id', from: 'a', to: 'b' },
    changedAt: now,
    renewAt: now + hour,
    phase: 'waiting',
    facts: [],
  };
  const document = makeStatus({ now, observed: [makeObserved({ host: { ...ownHost, change } })] });
  expect(document.certificates[0]?.renewal).toMatchObject({
    source: 'forced',
    renew_at: '2026-01-20T01:00:00.000Z',
    window_start: null,
  });
});
