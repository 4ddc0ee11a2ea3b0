import { expect, it } from 'vitest';
import { isUnfinished, renewLines } from '../../src/commands/renew-lines.ts';
import type { CertificateAnswer } from '../../src/daemon/run-pass.ts';
import { expectGolden } from '../support/golden.ts';
import { now } from '../support/status-examples.ts';

const nothing = {
  issued: null,
  deployed: null,
  error: null,
  renew_at: null,
  held: null,
  deploy_held_until: null,
};
const error = { code: 'validation-failed', message: 'shop.example: 404 (unauthorized)' };
const renewAt = '2026-05-04T12:00:00.000Z';

it.each([60, 80, 160])('says about each certificate what the pass did, on %d columns', width => {
  const results: CertificateAnswer[] = [
    {
      ...nothing,
      name: 'new.example',
      issued: '0001-aabbccdd',
      deployed: '0001-aabbccdd',
      renew_at: renewAt,
    },
    { ...nothing, name: 'well.example', renew_at: renewAt },
    { ...nothing, name: 'owed.example', deployed: '0002-aabbccdd', renew_at: renewAt },
    { ...nothing, name: 'shop.example', error },
    {
      ...nothing,
      name: 'hook.example',
      issued: '0003-aabbccdd',
      error: { code: 'hook-failed', message: 'nginx -s reload: exit 1' },
      renew_at: renewAt,
    },
    {
      ...nothing,
      name: 'held.example',
      issued: '0002-aabbccdd',
      renew_at: renewAt,
      deploy_held_until: '2026-03-05T18:00:00.000Z',
    },
    { ...nothing, name: 'corrupt.example' },
    {
      ...nothing,
      name: 'limit.example',
      held: { by: 'ca', until: '2026-03-05T15:00:00.000Z' },
    },
  ];
  const lines = renewLines({ duration_ms: 1, results }, now, width);
  expectGolden(`renew-${width}.txt`, `${lines.join('\n')}\n`);
});

it('no words of a CA or a daemon reach the terminal as anything but text', () => {
  const evil = 'a\u001b[2J\nb.example: issued';
  const results = [{ ...nothing, name: evil, issued: evil, error: { code: evil, message: evil } }];
  expect(renewLines({ duration_ms: 1, results }, now, 999)).toEqual([
    'a [2J b.example: issued: issued a [2J b.example: issued, failed: a [2J b.example: issued: a [2J b.example: issued',
  ]);
});

it('nothing to look after prints nothing', () => {
  expect(renewLines({ duration_ms: 1, results: [] }, now, 80)).toEqual([]);
});

it('says of a deploy that another process is to make that it was handed over, and is not finished', () => {
  const silent = { code: 'deployer-silent', message: 'the deployer was asked, and has not begun for 15 s' };
  const answer = {
    duration_ms: 1,
    results: [{ ...nothing, name: 'a.example', issued: '0002-aabbccdd', error: silent }],
  };
  expect(renewLines(answer, now, 160)).toEqual([
    'a.example: issued 0002-aabbccdd, handed to the deployer: the deployer was asked, and has not begun for 15 s',
  ]);
  expect(isUnfinished(answer)).toBe(true);
});

it('says where what was deployed is not seen', () => {
  const result = { ...nothing, name: 'a.example', issued: '0001-aabbccdd', deployed: '0001-aabbccdd' };
  const results = [{ ...result, unseen: ['127.0.0.1:443 (a.example)'] }];
  expect(renewLines({ duration_ms: 1, results }, now, 999)).toEqual([
    'a.example: issued 0001-aabbccdd, deployed, not seen at 127.0.0.1:443 (a.example)',
  ]);
});
