import { expect, it } from 'vitest';
import { emptyHistogram, histogramSamples, withObservation } from '../../../src/core/metrics/histogram.ts';

/** Buckets as "bound:value", then sum and count. */
const shown = (lengths: readonly number[]) =>
  histogramSamples('ca="main"', lengths.reduce(withObservation, emptyHistogram)).map(
    ({ suffix, labels, value }) => `${suffix}{${labels}} ${value}`,
  );

it('has a bucket for each bound from the start', () => {
  expect(shown([])).toEqual([
    '_bucket{ca="main",le="0.25"} 0',
    '_bucket{ca="main",le="0.5"} 0',
    '_bucket{ca="main",le="1"} 0',
    '_bucket{ca="main",le="2.5"} 0',
    '_bucket{ca="main",le="5"} 0',
    '_bucket{ca="main",le="10"} 0',
    '_bucket{ca="main",le="30"} 0',
    '_bucket{ca="main",le="60"} 0',
    '_bucket{ca="main",le="120"} 0',
    '_bucket{ca="main",le="300"} 0',
    '_bucket{ca="main",le="600"} 0',
    '_bucket{ca="main",le="+Inf"} 0',
    '_sum{ca="main"} 0',
    '_count{ca="main"} 0',
  ]);
});

it('counts a length in its bucket and all above it: a bound belongs to its bucket', () => {
  expect(shown([0, 0.25, 0.375, 4, 600, 601])).toEqual([
    '_bucket{ca="main",le="0.25"} 2',
    '_bucket{ca="main",le="0.5"} 3',
    '_bucket{ca="main",le="1"} 3',
    '_bucket{ca="main",le="2.5"} 3',
    '_bucket{ca="main",le="5"} 4',
    '_bucket{ca="main",le="10"} 4',
    '_bucket{ca="main",le="30"} 4',
    '_bucket{ca="main",le="60"} 4',
    '_bucket{ca="main",le="120"} 4',
    '_bucket{ca="main",le="300"} 4',
    '_bucket{ca="main",le="600"} 5',
    '_bucket{ca="main",le="+Inf"} 6',
    '_sum{ca="main"} 1205.625',
    '_count{ca="main"} 6',
  ]);
});

it('a length below zero, by a clock that was set back, counts as zero', () => {
  const [first, ...rest] = shown([-3600]);
  expect([first, ...rest.slice(-2)]).toEqual([
    '_bucket{ca="main",le="0.25"} 1',
    '_sum{ca="main"} 0',
    '_count{ca="main"} 1',
  ]);
});
