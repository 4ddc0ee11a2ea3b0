import { expect, it } from 'vitest';
import { monitoringState } from '../../../src/core/status/monitoring-state.ts';

it.each([
  ['ok', 'daemon', 'OK', 0],
  ['warning', 'daemon', 'WARNING', 1],
  ['critical', 'daemon', 'CRITICAL', 2],
  ['ok', 'disk', 'UNKNOWN', 3],
  ['warning', 'disk', 'UNKNOWN', 3],
  ['critical', 'disk', 'CRITICAL', 2],
] as const)('%s from the %s is %s for monitoring, exit code %i', (status, source, word, exitCode) => {
  expect(monitoringState({ status, source })).toEqual({ word, exitCode });
});
