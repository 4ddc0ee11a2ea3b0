import type { Observed, Target } from '../model.ts';

/**
 * Certificates whose set of domains is on disk under a name that the configuration no longer has: most
 * likely a certificate that lost its `name:`. Ordering it anew would leave servers on the old files, so it
 * is an error that says which line to add (contract section 2).
 */
export function nameConflicts(targets: readonly Target[], observed: readonly Observed[]): readonly string[] {
  const configured = new Set(targets.map(({ name }) => name));
  const orphans = observed
    .filter(({ name }) => !configured.has(name))
    .flatMap(({ name, live }) => (live === null ? [] : [{ name, domains: live.leaf.domains }]));
  const fresh = targets.filter(target => !observed.some(seen => seen.name === target.name));
  return fresh.flatMap(target => {
    const same = orphans.find(orphan => sameSet(orphan.domains, target.domains));
    if (same === undefined) return [];
    return [
      `the domains of ${target.name} are on disk under another name; add this line to the certificate: "name: ${same.name}"`,
    ];
  });
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every(domain => b.includes(domain));
}
