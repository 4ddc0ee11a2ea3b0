import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 hold less for the rest of this process, which works for seconds and then waits for weeks. Call it
 * before the bulk of the code is loaded.
 */
export function saveMemory(): void {
  for (const flag of flags) setFlagsFromString(flag);
}

/** What each is worth is measured by `npm run bench` (docs/performance.md). */
const flags = [
  // New objects get one megabyte from the start to the end; V8 would grow it to sixteen and keep those.
  '--semi-space-growth-factor=1',
  // Collects before the heap has doubled: garbage of a thousand renewals was 50 MB, and stayed.
  '--optimize-for-size',
  // Optimized code pays off in loops that run on and on. Here it is memory, for a tenth less computing while
  // certificates are issued.
  '--no-opt',
  '--no-maglev',
];
