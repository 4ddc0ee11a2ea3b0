import { it } from 'vitest';
import { doctorText } from '../../src/commands/doctor-text.ts';
import { sortFindings } from '../../src/doctor/finding.ts';
import { findingsOfNames } from '../../src/doctor/names/examine-names.ts';
import type { CaaLook, SeenNames } from '../../src/doctor/names/seen-names.ts';
import { expectGolden } from '../support/golden.ts';
import { makeHostSummary } from '../support/make-host-summary.ts';
import { makeTarget } from '../support/make-observed.ts';
import {
  elsewhere,
  found,
  here,
  here6,
  makeHeld,
  makeLook,
  makeSeenNames,
  makeWalk,
  noRecord,
} from '../support/make-seen-names.ts';

const caa = (value: string): CaaLook => ({
  kind: 'found',
  at: 'example',
  records: [{ flags: 0, tag: 'issue', value }],
});
const secure = ['http://www.a.example/x', 'https://www.a.example/x'] as const;

/** A host on which much is wrong. */
const seen = makeSeenNames({
  targets: [
    makeTarget({ domains: ['a.example', 'www.a.example', 'old.a.example', 'gone.a.example'] }),
    makeTarget({
      name: 'b.example',
      domains: ['b.example'],
      challenge: { kind: 'standalone', listen: [{ address: '0.0.0.0', port: 80 }] },
    }),
  ],
  ports: {
    held: [makeHeld(), makeHeld({ address: '::' }), makeHeld({ port: 443 })],
    sockets: null,
    isRoot: true,
  },
  ownAddresses: [here, here6],
  names: new Map([
    ['a.example', makeLook({ caa: caa('letsencrypt.org') })],
    [
      'www.a.example',
      makeLook({
        caa: caa('sectigo.com'),
        ipv6: found(here6),
        walks4: [makeWalk({ kind: 'answer', status: 401 }, { urls: secure })],
        walks6: [makeWalk({ kind: 'no-connection', code: 'ETIMEDOUT' }, { address: here6 })],
      }),
    ],
    [
      'old.a.example',
      makeLook({ ipv4: found(elsewhere), walks4: [makeWalk({ kind: 'answer', status: 200 })] }),
    ],
    ['gone.a.example', makeLook({ ipv4: { kind: 'none', why: 'no-name' }, ipv6: noRecord, walks4: [] })],
    ['b.example', makeLook({ ipv4: { kind: 'failed', why: 'silence' }, walks4: [] })],
  ]),
});

function textOf(host: SeenNames, style: { readonly width: number; readonly offline: boolean }): string {
  const findings = sortFindings(findingsOfNames(host));
  return doctorText({ host: makeHostSummary(), findings }, { ...style, color: false, version: '0.1.0' });
}

it.each([60, 80])('says what a CA would run into, and what to do, on %d columns', width => {
  expectGolden(`doctor-names-${width}.txt`, textOf(seen, { width, offline: false }));
});

it('says in one line what it was told not to look at', () => {
  expectGolden('doctor-offline-60.txt', textOf({ ...seen, names: null }, { width: 60, offline: true }));
});
