import { pebbleSettings } from '../../test/support/certd-process.ts';
import type { Stack } from '../../test/support/stack.ts';

/** So many names of the bench, each to be a certificate of its own. */
export function siteNames(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(4, '0')}.bench.certd.test`);
}

/** A configuration with one certificate for each name: Pebble, nginx's webroot, and nginx's reload as the hook. */
export function sitesConfig(stack: Stack, names: readonly string[], schedule = '* * * * *'): string {
  return `${pebbleSettings(stack)}schedule: "${schedule}"
defaults:
  challenge: { webroot: ${stack.nginx.webroot} }
  deploy: { hooks: ["${stack.nginx.reload.join(' ')}"] }
certificates:
${names.map(name => `  - domains: [${name}]`).join('\n')}
`;
}
