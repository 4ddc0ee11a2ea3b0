import { expect, it } from 'vitest';
import { addressText, isAddress } from '../../../src/core/text/ip-address.ts';

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
  ['::ffff:1.2.3.4', '::ffff:102:304'],
])('the one text of %s is %s', (text, address) => {
  expect(addressText(text)).toBe(address);
});

it.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4.',
  '01.2.3.4',
  '1.2.3.256',
  '0x7f.0.0.1',
  '[::1]',
  'fe80::1%eth0',
  '::1/128',
  '1.2.3.4:80',
  ':::',
  'abc',
  'a.example',
  '1.2.3.4\n',
])('%j is no address', text => {
  expect(addressText(text)).toBeNull();
});

it('tells addresses from DNS names', () => {
  expect(['192.0.2.1', '::', '2001:db8::1'].map(isAddress)).toEqual([true, true, true]);
  const names = ['a.example', '1.a.example', '2001-db8--1.example', 'localhost', 'a.1x', '*.example.com'];
  expect(names.map(isAddress)).toEqual([false, false, false, false, false, false]);
});
