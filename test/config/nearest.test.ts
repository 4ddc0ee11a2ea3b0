import { expect, it } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

const keys = ['account', 'agree_tos', 'certificates', 'schedule', 'ca', 'cas', 'health'];

it.each([
  ['shedule', 'schedule'],
  ['certifcates', 'certificates'],
  ['certificate', 'certificates'],
  ['agreeTos', 'agree_tos'],
  ['agree-tos', 'agree_tos'],
  ['haelth', 'health'],
  ['CAS', 'cas'],
  ['ac', 'ca'],
])('%s is taken for %s', (word, candidate) => {
  expect(nearest(word, keys)).toBe(candidate);
});

it.each(['', 'plugins', 'webserver'])('%j is near to nothing', word => {
  expect(nearest(word, keys)).toBeNull();
});
