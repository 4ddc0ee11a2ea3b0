import { expect, it } from 'vitest';
import type { HostChange } from '../../../src/core/host/host-change.ts';
import { causeText, copiedText } from '../../../src/core/host/host-words.ts';

const change: HostChange = {
  cause: { source: 'dmi', from: 'i-0aa', to: 'i-0bb' },
  changedAt: 0,
  renewAt: 0,
  phase: 'waiting',
  facts: [],
};

it('says which of a host’s names has changed, from what to what', () => {
  expect(causeText(change.cause)).toBe(
    'this is another host than before: its DMI identity was i-0aa and is i-0bb',
  );
  expect(causeText(null)).toBe('`certd account replace` asked for new accounts and keys');
});

it('says why a certificate is ordered anew, whether or not the change is over', () => {
  expect(copiedText(change)).toBe(
    'its account and key are those of another host: its DMI identity has changed',
  );
  expect(copiedText({ ...change, cause: null })).toBe(
    'a new account and a new key were asked for by `certd account replace`',
  );
  expect(copiedText(null)).toBe('its key is that of another host');
});
