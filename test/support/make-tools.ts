import type { HostTools } from '../../src/doctor/look.ts';

/** A host on which nothing is installed and nothing runs, but for what is said. `files`: text by path. */
export function makeTools({
  files = {},
  installed = [],
  ...change
}: Partial<HostTools> & {
  readonly files?: Readonly<Record<string, string>>;
  readonly installed?: readonly string[];
} = {}): HostTools {
  return {
    run: argv => Promise.reject(new Error(`nobody expected ${argv.join(' ')}`)),
    processes: [],
    find: async name => (installed.includes(name) ? `/usr/sbin/${name}` : null),
    readText: async path => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT', syscall: 'open', path });
      return text;
    },
    list: async path => {
      const below = Object.keys(files).filter(name => name.startsWith(`${path}/`));
      const names = [...new Set(below.map(name => name.slice(path.length + 1).split('/')[0] ?? ''))];
      return names.length === 0 ? null : names.sort();
    },
    ownAddresses: [],
    addressesOf: async () => ({ ipv4: null, ipv6: null }),
    systemFacts: async () => null,
    ...change,
  };
}
