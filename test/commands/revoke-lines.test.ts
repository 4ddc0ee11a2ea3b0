import { expect, it } from 'vitest';
import { revokeLines } from '../../src/commands/revoke-lines.ts';
import type { RevokeAnswer } from '../../src/daemon/run-revoke.ts';
import { expectGolden } from '../support/golden.ts';
import { now } from '../support/status-examples.ts';

const answer: RevokeAnswer = {
  name: 'shop.example',
  generation: '0003-aabbccdd',
  reason: 'keyCompromise',
  signed_by: 'account',
  error: null,
  replacement: 'not-wanted',
};
const silent = { code: 'ca-timeout', message: 'acme.example said nothing within 30 s' };
const replaced = {
  name: 'shop.example',
  issued: '0004-99887766',
  deployed: '0004-99887766',
  error: null,
  renew_at: '2026-05-04T12:00:00.000Z',
  held: null,
  deploy_held_until: null,
};

it.each([60, 80, 160])('says what became of both certificates, on %d columns', width => {
  const answers: readonly RevokeAnswer[] = [
    { ...answer, replacement: { duration_ms: 1, results: [replaced] } },
    answer,
    { ...answer, reason: 'superseded', signed_by: 'certificate', replacement: 'not-configured' },
    { ...answer, replacement: 'not-newest' },
    { ...answer, signed_by: null, error: silent, replacement: { duration_ms: 1, results: [replaced] } },
    { ...answer, error: { code: 'disk-full', message: 'write failed with ENOSPC: /var/lib/certd/x' } },
  ];
  const lines = answers.map(each => revokeLines(each, now, width).join('\n'));
  expectGolden(`revoke-${width}.txt`, `${lines.join('\n\n')}\n`);
});

it('no words of a CA or a daemon reach the terminal as anything but text', () => {
  const evil = 'a\u001b[2J\nb';
  const all = { name: evil, generation: evil, reason: evil, error: { code: evil, message: evil } };
  expect(revokeLines({ ...answer, ...all }, now, 999).join('')).not.toContain('\u001b');
});
