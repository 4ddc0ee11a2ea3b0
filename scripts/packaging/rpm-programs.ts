import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

export type RpmPrograms = {
  /** Directory with `rpm`, `rpmbuild` and the rest. */
  readonly bin: string;
  /** Directory with the macros and settings that rpm brings. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
};

/** What scripts/rpm-programs has unpacked, or unpacks now, and the environment that makes it work there. */
export function rpmPrograms(root: string): RpmPrograms {
  const tree = run(join(root, 'scripts/rpm-programs'), []).trim();
  const lib = join(tree, 'usr/lib');
  const libraries = readdirSync(lib).filter(name => name.includes('-linux-gnu'));
  const config = join(lib, 'rpm');
  return {
    bin: join(tree, 'usr/bin'),
    config,
    env: {
      LD_LIBRARY_PATH: libraries.map(name => join(lib, name)).join(':'),
      RPM_CONFIGDIR: config,
    },
  };
}
