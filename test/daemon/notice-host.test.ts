import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { HostFact } from '../../src/core/host/host-identity.ts';
import { noticeHost } from '../../src/daemon/notice-host.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readHostRecord } from '../../src/store/host-record.ts';
import { openWorld } from '../../src/store/world.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { at, hour } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

const now = at('2026-03-01');
const fact = (value: string): readonly HostFact[] => [
  { source: 'machine-id', file: '/etc/machine-id', value: value.repeat(32) },
];

async function room() {
  const layout = await openStateDir();
  const logged: Record<string, unknown>[] = [];
  const log = openLog({ level: 'info', style: 'json', write: line => logged.push(JSON.parse(line)) });
  /** A start of certd. */
  const start = async (facts: readonly HostFact[], disk = realDisk) => {
    const world = openWorld(layout);
    const host = { disk, layout, world, clock: { now: () => now }, random: () => 0.25, log };
    await noticeHost([], host, facts);
    return world;
  };
  return { layout, logged, start };
}

it('the first host is written down without a word of warning', async () => {
  const { layout, logged, start } = await room();
  await start(fact('a'));
  expect(readHostRecord(layout)).toEqual({ facts: fact('a'), change: null, copied: [] });
  expect(logged).toMatchObject([
    { level: 30, msg: 'identity of the host is known', sources: ['/etc/machine-id'] },
  ]);
  await start(fact('a'));
  expect(logged).toHaveLength(1);
});

it('another host is a warning once, and on disk before anything follows from it', async () => {
  const { layout, logged, start } = await room();
  await start(fact('a'));
  const world = await start(fact('b'));
  expect(logged.at(-1)).toMatchObject({
    level: 40,
    msg: 'host has changed',
    code: 'host-changed',
    renewAt: '2026-03-01T01:30:00.000Z',
  });
  expect(readHostRecord(layout)?.change).toMatchObject({ phase: 'waiting', renewAt: now + 1.5 * hour });
  expect(world.seen('a.example').host.change).toEqual(readHostRecord(layout)?.change);
  await start(fact('b'));
  expect(logged).toHaveLength(2);
  await start(fact('a'));
  expect(logged.at(-1)).toMatchObject({ msg: 'host is the one again that the state was made on' });
  expect(readHostRecord(layout)).toEqual({ facts: fact('a'), change: null, copied: [] });
});

it('what cannot be written down is obeyed all the same, and certd starts', async () => {
  const { layout, logged, start } = await room();
  await start(fact('a'));
  const world = await start(fact('b'), dyingDisk(realDisk, { after: 0, how: 'ENOSPC' }));
  expect(world.host()?.change?.phase).toBe('waiting');
  expect(readHostRecord(layout)?.change).toBeNull();
  expect(logged.at(-1)).toMatchObject({ level: 50, code: 'disk-full' });
});

it('a record that cannot be read is left as it is, and said', async () => {
  const { layout, logged, start } = await room();
  writeFileSync(layout.identity, '{');
  const world = await start(fact('a'));
  expect(logged).toMatchObject([{ level: 50, code: 'state-corrupt' }]);
  expect(world.hostFault()).toMatchObject({ code: 'state-corrupt' });
});

it('a host that says nothing of itself leaves no record', async () => {
  const { layout, logged, start } = await room();
  await start([]);
  expect(readHostRecord(layout)).toBeNull();
  expect(logged).toEqual([]);
});
