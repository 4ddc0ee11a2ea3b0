import { onTestFinished } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { type CrashHost, crashHost, target } from '../support/crash-host.ts';
import { makeCa, type TestCa } from '../support/make-cert.ts';

const tenYears = 3650 * 86_400_000;

let made: Promise<TestCa> | null = null;

/** The CA of every host here: a root that issues. */
export function ca(): Promise<TestCa> {
  made ??= makeCa('pass test', undefined, { notAfter: new Date(Date.now() + tenYears) });
  return made;
}

/** A certd without its daemon, gone when the test ends. Its CA has no renewal windows unless it is given one. */
export async function passHost(): Promise<CrashHost> {
  const host = crashHost(await ca());
  onTestFinished(host.remove);
  return host;
}

/** Another certificate with the hooks of the first. */
export const otherTarget: Target = { ...target, name: 'other.test', domains: ['other.test'] };
