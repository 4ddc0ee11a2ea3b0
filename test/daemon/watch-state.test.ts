import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { watchState } from '../../src/daemon/watch-state.ts';
import { openLog } from '../../src/log.ts';
import type { Layout } from '../../src/store/layout.ts';
import { openWorld, type World } from '../../src/store/world.ts';
import { openStateDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

let layout: Layout;
let world: World;
let logged: Record<string, unknown>[];

beforeEach(async () => {
  layout = await openStateDir();
  world = openWorld(layout);
  logged = [];
});

function watched(): void {
  const log = openLog({ level: 'info', style: 'json', write: line => logged.push(JSON.parse(line)) });
  onTestFinished(watchState(layout, world, log));
}

const faults = () => world.seen('a.example').faults.map(({ code }) => code);
const seenToBe = (expected: readonly string[]) =>
  waitUntil(`its faults are ${expected}`, () => (String(faults()) === String(expected) ? true : null));

it('notices what somebody does to a state file of the deployer', async () => {
  expect(faults()).toEqual([]);
  watched();
  writeFileSync(`${layout.deployState('a.example')}.other`, 'spoiled');
  renameSync(`${layout.deployState('a.example')}.other`, layout.deployState('a.example'));
  await seenToBe(['state-corrupt']);
  rmSync(layout.deployState('a.example'));
  await seenToBe([]);
});

it('notices a link below live that somebody has made or removed', async () => {
  mkdirSync(layout.deployedGeneration('a.example', '0001-aabbccdd'), { recursive: true });
  expect(faults()).toEqual([]);
  watched();
  symlinkSync('../deployed/a.example/0001-aabbccdd', layout.liveLink('a.example'));
  // The directory is empty: what is live has no certificate.
  await seenToBe(['generation-damaged']);
  rmSync(layout.liveLink('a.example'));
  await seenToBe([]);
});

it('notices what comes into directories that another process makes only later', async () => {
  rmSync(layout.live, { recursive: true });
  rmSync(layout.deploy, { recursive: true });
  expect(faults()).toEqual([]);
  watched();
  mkdirSync(layout.deploy);
  writeFileSync(layout.deployState('a.example'), 'spoiled');
  await seenToBe(['state-corrupt']);
  mkdirSync(layout.live);
  rmSync(layout.deployState('a.example'));
  await seenToBe([]);
  expect(logged).toEqual([]);
});

it('a directory that cannot be watched is a warning, and the other one is watched', async () => {
  rmSync(layout.live, { recursive: true });
  symlinkSync('nowhere', layout.live);
  expect(faults()).toEqual([]);
  watched();
  expect(logged).toMatchObject([{ level: 40, code: 'watch-failed', errno: 'ENOENT' }]);
  writeFileSync(layout.deployState('a.example'), 'spoiled');
  await seenToBe(['state-corrupt']);
});
