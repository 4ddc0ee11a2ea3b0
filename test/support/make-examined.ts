import type { Examined } from '../../src/doctor/examined.ts';
import { makeTarget } from './make-observed.ts';

/** A certd in its usual places with the certificate of `makeTarget`, examined by root. */
export function makeExamined(change: Partial<Examined> = {}): Examined {
  return {
    targets: [makeTarget()],
    root: '/var/lib/certd',
    runtimeDir: '/run/certd',
    config: '/etc/certd/config.yaml',
    health: { socket: null, group: null },
    isRoot: true,
    now: Date.parse('2026-11-28T12:00:00Z'),
    ...change,
  };
}
