import type { Target } from './model.ts';

/**
 * What an attempt depends on in the configuration, as text: stored with a failure, so that its back-off does
 * not outlive the change that cures it.
 */
export function attemptKey({ ca, keyType, challenge, domains }: Target): string {
  return [ca, keyType, challenge.path, ...domains].join(' ');
}
