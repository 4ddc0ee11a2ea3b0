import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import { writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { namesOnDisk, observe } from '../../src/store/observe.ts';
import { openWorld, type World } from '../../src/store/world.ts';
import { openStateDir } from '../support/state-dir.ts';

let layout: Layout;
let world: World;
/** What was read from disk, in order. */
let reads: string[];

beforeEach(async () => {
  layout = await openStateDir();
  reads = [];
  world = openWorld(layout, {
    read: (place, name) => {
      reads.push(name);
      return observe(place, name);
    },
    list: place => {
      reads.push('all names');
      return namesOnDisk(place);
    },
  });
});

const spoil = (name: string) => writeFileSync(layout.issuerState(name), 'spoiled');
const faults = (name: string) => world.seen(name).faults.map(({ code }) => code);

it('reads a name once, and remembers it whatever happens on disk', () => {
  expect(faults('a.example')).toEqual([]);
  spoil('a.example');
  expect(faults('a.example')).toEqual([]);
  expect(reads).toEqual(['a.example']);
});

it('sees what has changed when it is told to look, or to forget', () => {
  expect(faults('a.example')).toEqual([]);
  spoil('a.example');
  expect(world.look('a.example').faults).toMatchObject([{ code: 'state-corrupt' }]);
  expect(faults('a.example')).toEqual(['state-corrupt']);
  rmSync(layout.issuerState('a.example'));
  world.forget('a.example');
  expect(faults('a.example')).toEqual([]);
});

it('lists the directory once, and what was looked at since', () => {
  mkdirSync(layout.issuedOf('on-disk.example'));
  expect(world.names()).toEqual(['on-disk.example']);
  world.seen('configured.example');
  mkdirSync(layout.issuedOf('late.example'));
  expect(world.names()).toEqual(['on-disk.example', 'configured.example']);
  expect(reads).toEqual(['all names', 'configured.example']);
});

it('a refresh reads everything anew, and lets others work in between', async () => {
  world.seen('a.example');
  spoil('a.example');
  mkdirSync(layout.issuedOf('late.example'));
  reads = [];
  const refreshed = world.refresh();
  expect(reads).toEqual(['all names', 'late.example']);
  await refreshed;
  expect(reads).toEqual(['all names', 'late.example', 'a.example']);
  expect(faults('a.example')).toEqual(['state-corrupt']);
  expect(world.names()).toEqual(['late.example', 'a.example']);
});

it('a refresh that cannot list the directory rejects, and what was known stays', async () => {
  mkdirSync(layout.issuedOf('a.example'));
  expect(world.names()).toEqual(['a.example']);
  world.seen('a.example');
  rmSync(layout.live, { recursive: true });
  writeFileSync(layout.live, '');
  await expect(world.refresh()).rejects.toThrow('ENOTDIR');
  expect(world.names()).toEqual(['a.example']);
});

it('shows what could not be written down until something can', () => {
  world.unrecorded('a.example', new CertdError('disk-full', 'write failed with ENOSPC'));
  const fault = {
    code: 'disk-full',
    message: 'what happened last could not be written down: write failed with ENOSPC',
    blocking: false,
  };
  expect(world.seen('a.example').faults).toEqual([fault]);
  expect(world.look('a.example').faults).toEqual([fault]);
  world.recorded('a.example');
  expect(world.seen('a.example').faults).toEqual([]);
});

it('knows what the disk has refused, until something else is on it', async () => {
  const path = layout.deployState('a.example');
  const onDisk = { ...firstDeployState, deployed: '0001-aaaaaaaa' };
  const meant = { ...onDisk, failures: 1 };
  await writeDeployState(realDisk, path, onDisk);
  world.unrecorded('a.example', new CertdError('disk-full', 'no'), meant);
  expect(world.seen('a.example').deploy).toEqual(meant);
  // Something else of this name could be written: of its deploys the disk says still what it said.
  world.recorded('a.example');
  expect(world.look('a.example').deploy).toEqual(meant);
  const later = { ...onDisk, deployed: '0002-bbbbbbbb' };
  await writeDeployState(realDisk, path, later);
  expect(world.look('a.example').deploy).toEqual(later);
});

it('shows why a name waits until it does not, without another look for the same reason', () => {
  const error = new CertdError('ca-unreachable', 'no route');
  world.waits('a.example', error);
  expect(world.seen('a.example').faults).toEqual([
    { code: 'ca-unreachable', message: 'it waits: no route', blocking: false },
  ]);
  const version = world.version();
  world.waits('a.example', new CertdError('ca-unreachable', 'no route'));
  expect(world.version()).toBe(version);
  world.waits('a.example', null);
  expect(world.seen('a.example').faults).toEqual([]);
});

it('has another version whenever it may say something else, and only then', () => {
  world.seen('a.example');
  const before = world.version();
  world.seen('a.example');
  world.recorded('a.example');
  expect(world.version()).toBe(before);
  world.look('a.example');
  const looked = world.version();
  expect(looked).not.toBe(before);
  world.forget('a.example');
  expect(world.version()).not.toBe(looked);
});
