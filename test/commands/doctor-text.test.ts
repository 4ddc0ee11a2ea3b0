import { expect, it } from 'vitest';
import { doctorText } from '../../src/commands/doctor-text.ts';
import type { Examination } from '../../src/doctor/examine.ts';
import { type Finding, sortFindings } from '../../src/doctor/finding.ts';
import { findingsOf } from '../../src/doctor/findings.ts';
import { clockFindings } from '../../src/doctor/host/clock-findings.ts';
import { diskFindings } from '../../src/doctor/host/disk-findings.ts';
import { sandboxFindings } from '../../src/doctor/units/sandbox-findings.ts';
import { unitFindings } from '../../src/doctor/units/unit-findings.ts';
import { settingsOf } from '../../src/doctor/units/unit-settings.ts';
import { webrootFindings } from '../../src/doctor/webroots/webroot-findings.ts';
import { expectGolden } from '../support/golden.ts';
import { makeHostSummary } from '../support/make-host-summary.ts';
import { live, makeSeenHost, makeSite } from '../support/make-seen-host.ts';
import { readText } from '../support/source-tree.ts';

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

it.each([60, 80])('says what is wrong with the host on %d columns', width => {
  const [root, tmpfs] = [
    { point: '/', type: 'ext4', isReadOnly: true, hasQuotas: false },
    { point: '/var/lib/certd', type: 'tmpfs', isReadOnly: false, hasQuotas: false },
  ];
  const now = Date.parse('2026-11-28T12:00:00Z');
  const past = { what: 'the beginning of the certificate a.example', at: now + 7_200_000, by: 'ca' } as const;
  const settings = [
    ...settingsOf(readText('systemd/certd.service'), '/usr/lib/systemd/system/certd.service'),
    ...settingsOf(
      '[Service]\nPrivateUsers=no\nReadWritePaths=/etc',
      '/etc/systemd/system/certd.service.d/override.conf',
    ),
  ];
  const ofHost = [
    ...clockFindings({
      now,
      kept: { kind: 'adrift', words: 'no time service that systemd knows keeps it' },
      past: [past],
    }),
    ...diskFindings(
      [
        {
          path: '/var/lib/certd',
          use: 'state',
          space: { freeBytes: 65_536, freeInodes: 12_000 },
          mount: tmpfs,
        },
        {
          path: '/srv/www',
          use: 'webroot',
          space: { freeBytes: 2 ** 31, freeInodes: null },
          mount: root,
        },
      ],
      1,
    ),
    ...webrootFindings(
      [
        {
          server: 'nginx',
          place: '/etc/nginx/sites-enabled/default:21',
          domains: ['a.example', 'www.a.example'],
          webroot: '/srv/www',
          written: '/srv/www/.well-known/acme-challenge',
          outcome: {
            kind: 'redirect',
            to: 'https://a.example/',
            place: '/etc/nginx/sites-enabled/default:24',
          },
          isSure: true,
          served: null,
          htaccess: null,
        },
      ],
      { domains: [], words: '' },
    ),
    ...unitFindings(
      [
        {
          unit: 'certd-deploy.timer',
          load: 'loaded',
          file: 'disabled',
          active: 'inactive',
          sub: 'dead',
          result: 'success',
          restarts: '',
          needsReload: false,
        },
      ],
      false,
    ),
    ...sandboxFindings({
      unit: 'certd.service',
      settings,
      needed: ['[Service]', 'ReadWritePaths=-/srv/www'],
    }),
  ];
  const text = doctorText(examination(sortFindings(ofHost)), {
    width,
    color: false,
    version: '0.1.0',
    offline: false,
  });
  expectGolden(`doctor-host-${width}.txt`, text);
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
