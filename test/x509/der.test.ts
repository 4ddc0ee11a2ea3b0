import { describe, expect, it } from 'vitest';
import { children, content, readDer } from '../../src/x509/der.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('readDer', () => {
  it('reads a sequence of two integers', () => {
    const [first, second] = children(readDer(bytes('3006020101020102')));
    expect(first && content(first)).toEqual(bytes('01'));
    expect(second && content(second)).toEqual(bytes('02'));
  });

  it('reads a length of two bytes', () => {
    const node = readDer(Buffer.concat([bytes('04820100'), Buffer.alloc(256, 7)]));
    expect(node.end - node.start).toBe(256);
  });

  it.each([
    ['nothing', ''],
    ['a tag without a length', '30'],
    ['a length beyond the end', '300502'],
    ['the indefinite form', '3080020101'],
    ['a length of five bytes', '30850000000001'],
    ['a length cut off', '3082'],
    ['a multi-byte tag', '1f0100'],
    ['bytes after the element', '02010100'],
  ])('refuses %s', (_, hex) => {
    expect(() => readDer(bytes(hex))).toThrow(/DER/);
  });

  it('refuses a child that reaches beyond its parent', () => {
    expect(() => children(readDer(bytes('30030202ff')))).toThrow(/beyond its parent/);
  });
});
