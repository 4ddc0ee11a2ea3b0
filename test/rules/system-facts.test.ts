import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { type Source, sourceOf, sources } from '../support/source-tree.ts';

const door = 'src/doctor/host/system-facts.ts';

test('only certd doctor, and no daemon, ever loads systeminformation', () => {
  expect(
    waysTo(door, sources('src')),
    rule({
      why: 'it runs programs as root through a shell: one command may, which changes nothing and ends at once',
      mend: 'ask for the facts through HostTools of src/doctor/look.ts, or read /proc with node:fs',
    }),
  ).toEqual([
    'src/commands/built.ts loads src/commands/tree-setup.ts',
    'src/commands/doctor-tools.ts later loads src/doctor/host/system-facts.ts',
    'src/commands/doctor.ts loads src/commands/doctor-tools.ts',
    'src/commands/tree-setup.ts later loads src/commands/doctor.ts',
    'src/commands/tree.ts loads src/commands/built.ts',
  ]);
});

test('the rule sees a second way, and no type', () => {
  const files = [
    sourceOf('src/a.ts', "import { b } from './b.ts';\nimport './door.ts';\n"),
    sourceOf('src/b.ts', "export const b = () => import('./door.ts');\n"),
    sourceOf('src/c.ts', "import type { T } from './door.ts';\n"),
    sourceOf('src/door.ts', "import 'x';\n"),
  ];
  expect(waysTo('src/door.ts', files)).toEqual([
    'src/a.ts loads src/b.ts',
    'src/a.ts loads src/door.ts',
    'src/b.ts later loads src/door.ts',
  ]);
});

/** Every import that leads to a file, up to the command tree, which begins everything. A type alone loads nothing. */
function waysTo(end: string, files: readonly Source[]): string[] {
  const loading = files.map(({ path, text }) =>
    sourceOf(path, text.replaceAll(/^(?:import|export) type\s[^;]*;/gm, '')),
  );
  const ends = new Set([end]);
  const ways: string[] = [];
  for (const target of ends) {
    for (const { path, imports } of loading) {
      for (const { lazy } of imports.filter(each => each.own && each.target === target)) {
        ways.push(`${path} ${lazy ? 'later loads' : 'loads'} ${target}`);
        if (path !== 'src/commands/tree.ts') ends.add(path);
      }
    }
  }
  return ways.toSorted();
}
