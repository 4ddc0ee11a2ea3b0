import { expect, it } from 'vitest';
import { isLoopback, isPublicAddress } from '../../../src/doctor/names/public-address.ts';

it.each([
  '9.9.9.10',
  '172.15.255.255',
  '172.32.0.0',
  '100.128.0.1',
  '223.255.255.255',
  '2620:fe::10',
  '2a00:1450::1',
])('%s is one that a CA reaches', address => {
  expect(isPublicAddress(address)).toBe(true);
});

it.each([
  ...[
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.2.7',
    '192.168.1.1',
  ],
  ...['198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255'],
  // What is meant is the IPv4 address inside, here 10.0.0.1.
  ...['64:ff9b::a00:1', '2002:a00:1::1', '2001:0:a00:1::1'],
  ...['::', '::1', '::ffff:9.9.9.10', 'fe80::1', 'fd00:ec2::254', '2001:db8::1', '100::1', 'ff02::1'],
])('%s is not', address => {
  expect(isPublicAddress(address)).toBe(false);
});

it('loopback is what leads to whoever asks', () => {
  expect(['127.0.0.1', '127.0.1.1', '::1'].map(isLoopback)).toEqual([true, true, true]);
  expect(['128.0.0.1', '10.127.0.1', '::2'].map(isLoopback)).toEqual([false, false, false]);
});
