import { describe, expect, it } from 'vitest';
import { shortLine, unknownLine } from '../../src/commands/status-short.ts';
import { problem } from '../../src/core/status/certificate-problems.ts';
import { threeHundred } from '../support/many-certificates.ts';
import {
  type Example,
  exampleStatus,
  examples,
  refusedReload,
  statusOf,
} from '../support/status-examples.ts';

const dead = problem('daemon-dead', 'warning', null, 'no daemon answers on /run/certd/health.sock', null);

/** A certificate that was never issued, for a reason. */
function neverFor(code: string): Example {
  const { lapsed, never } = examples;
  const lastError = lapsed?.seen.issuer.lastError;
  if (never === undefined || lastError == null) throw new Error('the examples have changed');
  const issuer = { ...never.seen.issuer, failures: 1, lastError: { ...lastError, code } };
  return { ...never, seen: { ...never.seen, issuer } };
}

describe('one line', () => {
  it.each([
    ['OK', exampleStatus(['well']), 'OK: 1 certificate, the next renewal is www.example in 26d'],
    ['OK of nothing', exampleStatus([]), 'OK: 0 certificates'],
    [
      'WARNING',
      exampleStatus(['well', 'owed']),
      'WARNING: 1 of 2 certificates with a warning: mail.example (deploy-owed)',
    ],
    [
      'CRITICAL, and the warnings counted',
      exampleStatus(['well', 'owed', 'late', 'lapsed', 'never']),
      'CRITICAL: 2 of 5 certificates critical: shop.example (expired), new.example (not-issued); 2 with a warning',
    ],
    [
      'CRITICAL of many',
      statusOf(threeHundred()),
      'CRITICAL: 5 of 300 certificates critical: host-007.example (expired), host-131.example (expired), host-206.example (expiring-soon) and 2 more; 7 with a warning',
    ],
    [
      'a problem of the program alone',
      exampleStatus(['well'], {
        status: 'warning',
        problems: [{ ...refusedReload, message: 'a.yaml:1:1: no' }],
      }),
      'WARNING: config-refused: a.yaml:1:1: no; 1 certificate, the next renewal is www.example in 26d',
    ],
    [
      'a problem of the program beside worse ones',
      exampleStatus(['never'], { source: 'disk', pid: null, problems: [dead] }),
      'CRITICAL: 1 of 1 certificate critical: new.example (not-issued); daemon-dead',
    ],
    [
      'CRITICAL of one that was never issued, with the cause',
      statusOf([neverFor('port-taken')]),
      'CRITICAL: 1 of 1 certificate critical: new.example (not-issued: port-taken)',
    ],
    [
      'a bad configuration beside worse problems',
      exampleStatus(['never'], { problems: [{ ...refusedReload, message: 'a.yaml:1:1: no' }] }),
      'CRITICAL: 1 of 1 certificate critical: new.example (not-issued); config-refused: a.yaml:1:1: no',
    ],
    [
      'UNKNOWN, with the first problem of the configuration',
      exampleStatus(['well'], { source: 'disk', pid: null, problems: [dead, refusedReload] }),
      'UNKNOWN: daemon-dead; config-refused: /etc/certd/config.yaml:7:3: config-unknown-key: there is no key `shedule` here; did you mean …; 1 certificate, the next r…',
    ],
    [
      'UNKNOWN, with what the disk says',
      exampleStatus(['well', 'owed'], { source: 'disk', pid: null, problems: [dead] }),
      'UNKNOWN: daemon-dead: no daemon answers on /run/certd/health.sock; 1 of 2 certificates with a warning: mail.example (deploy-owed)',
    ],
  ])('%s', (_sentence, document, line) => {
    expect(shortLine(document)).toBe(line);
    expect(line.length).toBeLessThanOrEqual(160);
  });

  it('is at most 160 characters long, whatever a message says', () => {
    const long = exampleStatus(['corrupt', 'late'], {
      problems: Array.from({ length: 4 }, () => refusedReload),
    });
    expect(shortLine(long)).toMatch(
      /^CRITICAL: 1 of 2 certificates critical: a-rather-long-name.*; config-ref.*…$/,
    );
    expect(shortLine(long)).toHaveLength(160);
    expect(shortLine(exampleStatus([], { status: 'warning', problems: [refusedReload] }))).toMatch(
      /…; 0 certificates$/,
    );
    expect(unknownLine(`permission-denied: ${'x'.repeat(200)}`)).toMatch(/^UNKNOWN: permission-denied: x+…$/);
  });
});

it('no text of others reaches the terminal as anything but text', () => {
  const evil = problem('config-refused', 'warning', null, 'a\u001b[2J\nOK: all is well', null);
  expect(shortLine(exampleStatus([], { status: 'warning', problems: [evil] }))).toBe(
    'WARNING: config-refused: a [2J OK: all is well; 0 certificates',
  );
  expect(unknownLine('a\u001b[2J\nb')).toBe('UNKNOWN: a [2J b');
});
