import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { roomOf, type Source, sourceOf, sources } from '../support/source-tree.ts';

/** From the ground up. A room imports from lower floors only, and never from its neighbours on the same one. */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['host', 'x509', 'redact.ts'],
  ['log.ts'],
  [
    'config',
    'store',
    'acme',
    'challenge',
    'deploy',
    'doctor',
    'endpoint',
    'health',
    'metadata',
    'log-pretty.ts',
  ],
  ['pass'],
  ['reconcile.ts'],
  ['daemon'],
  ['daemon.ts'],
  ['commands'],
  ['cli.ts'],
  ['certd.ts'],
];

const all = sources('src');

test('every file of src lives in a room that has its floor', () => {
  const rooms = new Set(all.map(({ path }) => roomOf(path)));
  expect(
    [...rooms].filter(room => floorOf(room) === -1),
    rule({
      why: 'the direction of imports is only held for rooms that are on the list',
      mend: 'put the file into one of the rooms, or give the new room a floor in test/rules/layers.test.ts and in docs/architecture.md',
    }),
  ).toEqual([]);
});

test('imports go from the command line down to the core, and adapters do not know each other', () => {
  expect(
    all.flatMap(climbs),
    rule({
      why: 'a decision that knows no disk can be tested without one, and an adapter that knows no other can be replaced alone',
      mend: 'pass what is needed as an argument (a function or a port of src/core/ports.ts), or move the shared type down',
    }),
  ).toEqual([]);
});

test('the rule sees an adapter that imports another, and a core that looks up', () => {
  const neighbour = sourceOf('src/deploy/x.ts', "import { flipLive } from '../store/publish.ts';\n");
  const upwards = sourceOf('src/core/x.ts', "import type { Log } from '../log.ts';\n");
  expect([neighbour, upwards].flatMap(climbs)).toEqual([
    'src/deploy/x.ts imports src/store/publish.ts',
    'src/core/x.ts imports src/log.ts',
  ]);
});

test('the core imports nothing but the core', () => {
  const core = all.filter(({ path }) => roomOf(path) === 'core');
  expect(
    core.flatMap(({ path, imports }) =>
      imports.filter(({ own }) => !own).map(({ target }) => `${path} imports ${target}`),
    ),
    rule({
      why: 'the core decides over plain data: no disk, no network, no package can make it give another answer',
      mend: 'do the work in an adapter and hand its result to the core',
    }),
  ).toEqual([]);
});

test('no import leads back to where it came from', () => {
  expect(
    cycles(all),
    rule({
      why: 'files in a circle can only be read, tested and loaded together',
      mend: 'move the type or function that both need into a file of its own',
    }),
  ).toEqual([]);
});

test('the rule sees a circle of three files', () => {
  const circle = ['a', 'b', 'c'].map((name, index, names) =>
    sourceOf(`src/core/${name}.ts`, `import { x } from './${names[(index + 1) % 3]}.ts';\n`),
  );
  expect(cycles(circle)).toEqual(['src/core/a.ts > src/core/b.ts > src/core/c.ts > src/core/a.ts']);
});

function floorOf(room: string): number {
  return floors.findIndex(rooms => rooms.includes(room));
}

function climbs({ path, imports }: Source): string[] {
  return imports
    .filter(({ own, target }) => {
      const [from, to] = [roomOf(path), roomOf(target)];
      return own && from !== to && floorOf(to) >= floorOf(from);
    })
    .map(({ target }) => `${path} imports ${target}`);
}

function cycles(files: readonly Source[]): string[] {
  const next = new Map(files.map(({ path, imports }) => [path, imports.filter(({ own }) => own)]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    if (trail.includes(path) || done.has(path)) return;
    for (const { target } of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return found;
}
