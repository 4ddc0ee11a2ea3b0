import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Revocation } from '../../src/core/model.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readRevocations, writeRevocations } from '../../src/store/revocations.ts';
import { at, makeRevocation } from '../support/make-observed.ts';
import { modesOf, openStateDir } from '../support/state-dir.ts';

const open: Revocation = makeRevocation({
  generation: '0002-aabbccdd',
  reason: 'superseded',
  signedBy: null,
  replace: false,
  askedAt: at('2026-01-16'),
  confirmedAt: null,
});

it('gives revocations back as they were written, and none where there is no file', async () => {
  const layout = await openStateDir();
  const path = layout.revokedOf('a.example');
  expect(readRevocations(layout, 'a.example')).toEqual([]);
  await writeRevocations(realDisk, path, [makeRevocation(), open]);
  expect(readRevocations(layout, 'a.example')).toEqual([makeRevocation(), open]);
});

it('writes the keys of docs/state.md section 8, for its owner alone', async () => {
  const layout = await openStateDir();
  await writeRevocations(realDisk, layout.revokedOf('a.example'), [open]);
  expect(JSON.parse(readFileSync(layout.revokedOf('a.example'), 'utf8'))).toEqual({
    schema: 1,
    revoked: [
      {
        generation: '0002-aabbccdd',
        key_sha256: 'aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11',
        reason: 'superseded',
        signed_by: null,
        replace: false,
        since: '2026-01-15T10:00:00.000Z',
        asked_at: '2026-01-16T00:00:00.000Z',
        confirmed_at: null,
      },
    ],
  });
  expect(modesOf(layout.root)).toContain('0600 issuer/revoked/a.example.json');
});

it.each<[string, object, string]>([
  ['a reason that there is not', { reason: 'boredom' }, '"reason" is no reason'],
  ['a signer that there is not', { signed_by: 'me' }, '"signed_by" is neither account nor certificate'],
  ['a wish that is none', { replace: 'yes' }, '"revoked"[0] cannot be used: "replace" is not true or false'],
  ['a time that is none', { since: 5 }, '"since" is not an RFC 3339 time'],
  ['no key', { key_sha256: undefined }, '"key_sha256" is not a text'],
])('%s is corrupt', async (_sentence, change, words) => {
  const layout = await openStateDir();
  const path = layout.revokedOf('a.example');
  await writeRevocations(realDisk, path, [open]);
  const document = JSON.parse(readFileSync(path, 'utf8'));
  document.revoked[0] = { ...document.revoked[0], ...change };
  writeFileSync(path, JSON.stringify(document));
  expect(() => readRevocations(layout, 'a.example')).toThrow(words);
});

it.each([
  '{"schema":1}',
  '{"schema":1,"revoked":{}}',
  '{"schema":1,"revoked":[5]}',
  '{"schema":2,"revoked":[]}',
])('%s is corrupt', async text => {
  const layout = await openStateDir();
  const path = layout.revokedOf('a.example');
  writeFileSync(path, text);
  expect(() => readRevocations(layout, 'a.example')).toThrow(
    expect.objectContaining({ code: 'state-corrupt' }),
  );
});
