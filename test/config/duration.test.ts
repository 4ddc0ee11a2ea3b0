import { describe, expect, it } from 'vitest';
import { readRenewAt, readShare, readTimeLimit } from '../../src/config/duration.ts';

describe('a time limit', () => {
  it.each([
    ['1s', 1_000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['12h', 43_200_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(readTimeLimit(text)).toEqual({ value: ms });
  });

  it.each(['', '60', '1.5h', '-1s', '1w', '1h30m', '10 m', '10M', 's'])('%j is no duration', text => {
    expect(readTimeLimit(text)).toEqual({
      problem: `${JSON.stringify(text)} is no duration; write one such as 90s, 10m or 12h`,
    });
  });

  it.each(['0s', '25h', '2d', '999999999d'])('%s is out of bounds', text => {
    expect(readTimeLimit(text)).toEqual({ problem: `"${text}" is not between 1s and 24h` });
  });
});

describe('a share', () => {
  it.each([
    ['33%', 0.33],
    ['12.5%', 0.125],
    ['0%', 0],
    ['100%', 1],
    ['2/3', 2 / 3],
    ['1/20', 0.05],
  ])('%s is %d', (text, share) => {
    expect(readShare(text)).toEqual({ value: share });
  });

  it.each(['', '33', '0.33', '1/0', '-5%', '%', '1/2/3', '5 %'])('%j is no share', text => {
    expect(readShare(text)).toEqual({
      problem: `${JSON.stringify(text)} is no share; write one such as 33% or 2/3`,
    });
  });

  it.each(['101%', '3/2'])('%s is more than the whole', text => {
    expect(readShare(text)).toEqual({ problem: `"${text}" is more than the whole` });
  });
});

describe('the moment of renewal', () => {
  it('is a share of the lifetime', () => {
    expect(readRenewAt('2/3')).toEqual({ value: { kind: 'share', share: 2 / 3 } });
  });

  it('or a time before its end', () => {
    expect(readRenewAt('30d')).toEqual({ value: { kind: 'before-end', ms: 2_592_000_000 } });
  });

  it.each(['0%', '100%', '3/2', '0d', '366d', 'soon', ''])('cannot be %j', text => {
    expect(readRenewAt(text)).toHaveProperty('problem');
  });
});
