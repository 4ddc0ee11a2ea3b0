import { expect, it } from 'vitest';
import { addressOf, octetsOf } from '../../src/x509/ip-octets.ts';

it.each([
  ['192.0.2.1', 'c0000201'],
  ['0.0.0.0', '00000000'],
  ['2001:db8::1', '20010db8000000000000000000000001'],
  ['1:0:0:2::3', '00010000000000020000000000000003'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['fe80::', 'fe800000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['::', '00000000000000000000000000000000'],
])('%s is %s in a certificate, and back', (address, hex) => {
  expect(Buffer.from(octetsOf(address)).toString('hex')).toBe(hex);
  expect(addressOf(Buffer.from(hex, 'hex'))).toBe(address);
});

// Eight and 32 are a network of a name constraint (RFC 5280 §4.2.1.10), which is no name.
it.each([0, 1, 3, 5, 8, 12, 15, 17, 32])('%d octets are no address', length => {
  expect(() => addressOf(new Uint8Array(length))).toThrow(
    expect.objectContaining({
      code: 'certificate-unreadable',
      message: `The certificate has an IP address of ${length} bytes.`,
    }),
  );
});
