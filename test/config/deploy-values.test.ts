import { describe, expect, it } from 'vitest';
import { readConnect, readHours } from '../../src/config/deploy-values.ts';

describe('where to connect to', () => {
  it.each([
    ['127.0.0.1:443', '127.0.0.1', 443],
    ['[::1]:8443', '::1', 8443],
    ['mail.example.com:25', 'mail.example.com', 25],
    ['localhost:65535', 'localhost', 65_535],
  ])('%s', (connect, host, port) => {
    expect(readConnect(connect)).toEqual({ value: { connect, host, port } });
  });

  it.each([
    '127.0.0.1',
    ':443',
    '::1:443',
    '[127.0.0.1]:443',
    '[::1]',
    'https://a.example:443',
    'a b:1',
    'a:b:1',
  ])('refuses %s', text => {
    expect(readConnect(text)).toEqual({
      problem: `"${text}" is no host and port such as "127.0.0.1:443" or "[::1]:443"`,
    });
  });

  it.each(['a.example:0', 'a.example:65536', 'a.example:99999'])('refuses the port of %s', text => {
    expect(readConnect(text)).toEqual({ problem: `"${text}" has no port from 1 to 65535` });
  });
});

describe('the hours of a window', () => {
  it.each([
    ['02:00-05:00', 120, 300],
    ['22:30-04:15', 1350, 255],
    ['20:00-24:00', 1200, 1440],
    ['00:00-24:00', 0, 1440],
  ])('%s', (text, from, to) => {
    expect(readHours(text)).toEqual({ value: { from, to } });
  });

  it.each(['2-5', '2:00-5:00', '24:00-05:00', '02:00-24:01', '02:60-05:00', '02:00 - 05:00', '02:00', ''])(
    'refuses %j',
    text => {
      expect(readHours(text)).toEqual({ problem: `"${text}" are no hours such as "02:00-05:00"` });
    },
  );

  it('refuses hours that end where they begin', () => {
    expect(readHours('02:00-02:00')).toEqual({
      problem: '"02:00-02:00" is no time at all: its end is its start',
    });
  });
});
