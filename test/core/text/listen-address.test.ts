import { expect, it } from 'vitest';
import {
  collide,
  isEveryAddress,
  isIpv6,
  listenText,
  shortestIpv6,
} from '../../../src/core/text/listen-address.ts';

it.each([
  ['0.0.0.0', '0.0.0.0:80', false],
  ['::', '[::]:80', true],
  ['2001:db8::1', '[2001:db8::1]:80', true],
])('writes %s as %s', (address, text, six) => {
  expect(listenText({ address, port: 80 })).toBe(text);
  expect(isIpv6(address)).toBe(six);
});

it.each([
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['::FFFF', '::ffff'],
])('the shortest form of %s is %s', (address, shortest) => {
  expect(shortestIpv6(address)).toBe(shortest);
});

const on = (address: string, port = 80) => ({ address, port });

it.each([
  ['equal addresses', on('10.0.0.1'), on('10.0.0.1'), true],
  ['one and every address', on('10.0.0.1'), on('0.0.0.0'), true],
  ['every address and one', on('::'), on('::1'), true],
  ['two addresses', on('10.0.0.1'), on('10.0.0.2'), false],
  ['two ports', on('0.0.0.0'), on('0.0.0.0', 8080), false],
  ['two families', on('0.0.0.0'), on('::'), false],
])('%s: %j and %j collide: %s', (_, one, other, expected) => {
  expect(collide(one, other)).toBe(expected);
});

it.each([
  ['0.0.0.0', true],
  ['::', true],
  ['127.0.0.1', false],
  ['::1', false],
])('%s is every address: %s', (address, expected) => {
  expect(isEveryAddress(address)).toBe(expected);
});
