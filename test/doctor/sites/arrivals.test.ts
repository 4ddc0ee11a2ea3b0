import { expect, it } from 'vitest';
import type { DnsAnswer } from '../../../src/doctor/names/seen-names.ts';
import { arrivals } from '../../../src/doctor/sites/arrivals.ts';
import { found, noRecord } from '../../support/make-seen-names.ts';

const inner = ['127.0.0.1', '::1', 'fe80::1', '169.254.1.1'];
const natted = ['10.0.0.5', ...inner];
const whole = ['9.9.9.10', '2620:fe::10', ...inner];
const failed: DnsAnswer<string> = { kind: 'failed', why: 'silence' };
const noName: DnsAnswer<string> = { kind: 'none', why: 'no-name' };

it.each([
  ['its own IPv4 address alone', found('9.9.9.10'), noRecord, whole, [['9.9.9.10', true]]],
  [
    'both of its own',
    found('9.9.9.10'),
    found('2620:fe::10'),
    whole,
    [
      ['9.9.9.10', true],
      ['2620:fe::10', true],
    ],
  ],
  ['the address of a NAT', found('8.8.4.4'), noRecord, natted, [['10.0.0.5', true]]],
  [
    'a NAT before several addresses',
    found('8.8.4.4'),
    noRecord,
    ['10.0.0.5', '172.17.0.1'],
    [['10.0.0.5 172.17.0.1', true]],
  ],
  [
    'a load balancer with IPv6, before a host without',
    noRecord,
    found('2620:fe::1'),
    natted,
    [['10.0.0.5', true]],
  ],
  ['itself, inside', found('127.0.0.1'), noRecord, natted, [['127.0.0.1', true]]],
  ['nobody knows where, of a host without IPv6', null, null, natted, [['10.0.0.5', true]]],
  [
    'nobody knows where, of a host with IPv6',
    null,
    null,
    whole,
    [
      ['9.9.9.10', true],
      ['2620:fe::10', false],
    ],
  ],
  ['nobody knows where, of a host with IPv6 alone', null, null, ['2620:fe::10'], [['2620:fe::10', true]]],
  [
    'its IPv4 address, and nobody knows about IPv6',
    found('9.9.9.10'),
    failed,
    whole,
    [
      ['9.9.9.10', true],
      ['2620:fe::10', false],
    ],
  ],
  [
    'nowhere',
    noName,
    noName,
    whole,
    [
      ['9.9.9.10', true],
      ['2620:fe::10', false],
    ],
  ],
  ['nobody knows where, of a host without a network', null, null, inner, [['0.0.0.0', true]]],
])('requests of a name that leads to %s come in there', (_, ipv4, ipv6, own, expected) => {
  expect(arrivals({ ipv4, ipv6 }, own).map(({ at, isSure }) => [at.join(' '), isSure])).toEqual(expected);
});
