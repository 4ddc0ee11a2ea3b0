import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { type Source, sourceOf, sources } from '../support/source-tree.ts';

test('a running daemon loads nothing any more', () => {
  expect(
    lazyBelow('src/daemon.ts', sources('src')),
    rule({
      why: 'an upgrade in place replaces the files of a daemon that runs on for weeks: what it has not loaded is gone',
      mend: 'import it statically, or do the lazy import in a command before it calls `runDaemon`',
    }),
  ).toEqual([]);
});

test('the rule sees a lazy import behind another import', () => {
  const files = [
    sourceOf('src/a.ts', "import { b } from './b.ts';\n"),
    sourceOf('src/b.ts', "export const b = () => import('./c.ts');\n"),
    sourceOf('src/c.ts', "export const d = () => import('./d.ts');\n"),
  ];
  expect(lazyBelow('src/a.ts', files)).toEqual(['src/b.ts loads src/c.ts later']);
});

/** The lazy imports in `start` and in everything that is loaded with it. */
function lazyBelow(start: string, files: readonly Source[]): string[] {
  const loaded = new Set<string>([start]);
  for (const path of loaded) {
    const file = files.find(candidate => candidate.path === path);
    for (const { target, own, lazy } of file?.imports ?? []) if (own && !lazy) loaded.add(target);
  }
  return files
    .filter(({ path }) => loaded.has(path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ lazy }) => lazy).map(({ target }) => `${path} loads ${target} later`),
    );
}
