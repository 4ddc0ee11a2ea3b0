import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { type Source, sourceOf, sources } from '../support/source-tree.ts';

const deployer = 'src/commands/deploy-owed-here.ts';

test('the deployer has nothing in it that talks to a CA or over HTTP', () => {
  expect(
    talkers(deployer, sources('src')),
    rule({
      why: 'the deployer is root: whoever answers it from the internet would be one step away from that',
      mend: 'leave it to the issuer and hand over what it found, or import the type alone (`import type`)',
    }),
  ).toEqual([]);
});

test('the rule sees a client behind another import, a lazy one and a fetch, and no type', () => {
  const files = [
    sourceOf('src/a.ts', "import { b } from './b.ts';\nimport type { T } from './acme/t.ts';\n"),
    sourceOf('src/b.ts', "export const b = () => import('./c.ts');\n"),
    sourceOf('src/c.ts', "import { get } from 'node:https';\nimport './acme/client.ts';\n"),
    sourceOf('src/acme/client.ts', 'export const x = () => fetch(url);\n'),
    sourceOf('src/acme/t.ts', "import 'undici';\n"),
  ];
  expect(talkers('src/a.ts', files)).toEqual([
    'src/c.ts imports node:https',
    'src/c.ts imports src/acme/client.ts',
    'src/acme/client.ts calls fetch',
  ]);
});

test('the rule reads all of the deployer', () => {
  const paths = loadedFrom(deployer, sources('src')).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['src/deploy/transaction.ts', 'src/deploy/run-hook-unit.ts']));
});

const isTalker = (target: string) =>
  target.startsWith('src/acme/') ||
  /^node:(?:http|https|http2)(?:\/|$)/.test(target) ||
  /^(?:acme-client|undici|axios|got|node-fetch|ws)(?:\/|$)/.test(target);

function talkers(start: string, files: readonly Source[]): string[] {
  return loadedFrom(start, files).flatMap(({ path, code, imports }) => [
    ...imports.filter(({ target }) => isTalker(target)).map(({ target }) => `${path} imports ${target}`),
    ...(/(?<![\w.])fetch\(/.test(code) ? [`${path} calls fetch`] : []),
  ]);
}

/** The file and all that is loaded with it, now or later. A type alone loads nothing. */
function loadedFrom(start: string, files: readonly Source[]): Source[] {
  const byPath = new Map(files.map(file => [file.path, file]));
  const paths = new Set([start]);
  const loaded: Source[] = [];
  for (const path of paths) {
    const file = byPath.get(path);
    if (file === undefined) throw new Error(`no such file: ${path}`);
    const source = sourceOf(path, file.text.replaceAll(/^(?:import|export) type\s[^;]*;/gm, ''));
    loaded.push(source);
    for (const { target, own } of source.imports) if (own) paths.add(target);
  }
  return loaded;
}
