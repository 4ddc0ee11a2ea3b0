import { expect, it } from 'vitest';
import { doctorText } from '../../src/commands/doctor-text.ts';
import type { Examination } from '../../src/doctor/examine.ts';
import { type Finding, sortFindings } from '../../src/doctor/finding.ts';
import { findingsOf } from '../../src/doctor/findings.ts';
import { expectGolden } from '../support/golden.ts';
import { makeHostSummary } from '../support/make-host-summary.ts';
import { live, makeSeenHost, makeSite } from '../support/make-seen-host.ts';

const leafOnly = { certificate: `${live}/cert.pem`, key: `${live}/privkey.pem`, chain: null };
const elsewhere = {
  certificate: '/etc/letsencrypt/live/a.example/fullchain.pem',
  key: '/k.pem',
  chain: null,
};

const examination = (findings: readonly Finding[]): Examination => ({ host: makeHostSummary(), findings });

const findings = findingsOf(
  makeSeenHost([], {
    looks: [
      {
        server: 'nginx',
        kind: 'read',
        gaps: [],
        web: null,
        sites: [
          makeSite({ certificates: [leafOnly], names: ['a.example', 'www.a.example'] }),
          makeSite({ certificates: [elsewhere], place: '/etc/nginx/sites-enabled/old:12' }),
        ],
      },
      {
        server: 'apache',
        kind: 'failed',
        words: 'AH00526: Syntax error on line 3 of /etc/apache2/x.conf (exit 1)',
      },
      { server: 'haproxy', kind: 'absent' },
    ],
  }),
);

it.each([60, 80])('says what is wrong, where, and what to do, on %d columns', width => {
  expectGolden(
    `doctor-${width}.txt`,
    doctorText(examination(sortFindings(findings)), {
      width,
      color: false,
      version: '0.1.0',
      offline: false,
    }),
  );
});

it('has colour where it is asked for, and only for the status', () => {
  const [first] = doctorText(examination(sortFindings(findings)), {
    width: 80,
    color: true,
    version: '0.1.0',
    offline: false,
  }).split('\n');
  expect(first).toContain('\u001b[31mCRITICAL\u001b[0m: 1 critical, ');
});

it('text of servers cannot move the cursor', () => {
  const evil = {
    check: 'server-config',
    status: 'unknown',
    subject: 'x\u001b[2J',
    message: '\u202e',
    cure: null,
  } as const;
  const text = doctorText(examination([evil]), { width: 80, color: false, version: '1', offline: false });
  expect(['\u001b', '\u202e'].filter(letter => text.includes(letter))).toEqual([]);
});
