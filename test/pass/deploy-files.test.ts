import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OutputFile } from '../../src/core/deploy/deploy-model.ts';
import type { Disk } from '../../src/core/ports.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { observe } from '../../src/store/observe.ts';
import { target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeOutput } from '../support/output-room.ts';
import { otherTarget, passHost } from './pass-host.ts';

const day = 86_400_000;

/** A host with a directory for outputs, and what HAProxy would read of what is live. */
async function filesHost() {
  const host = await passHost();
  const dir = join(host.dir, 'out');
  mkdirSync(dir, { mode: 0o755 });
  return {
    ...host,
    dir,
    at: (name: string) => join(dir, name),
    deploy: (files: readonly OutputFile[], parts: Partial<PassParts> = {}) =>
      host.start(realDisk, 'nothing', { targets: [{ ...target, files }], parts }),
    livePem: () => {
      const { cert, chain, key } = readPair(host.layout().liveLink(target.name));
      return cert + chain + key;
    },
    state: () => observe(host.layout(), target.name).deploy,
  };
}

it('the files show what is live when the hooks run, at the first deploy and at a renewal', async () => {
  const host = await filesHost();
  const file = makeOutput({ path: host.at('all.pem') });
  const seen: string[] = [];
  const runHook: PassParts['runHook'] = async () => {
    expect(readFileSync(file.path, 'utf8')).toBe(host.livePem());
    seen.push(host.livePem());
    return { outcome: 'ok', detail: 'exit 0', output: '' };
  };
  await host.deploy([file], { runHook });
  host.advance(61 * day);
  await host.deploy([file], { runHook });
  expect(new Set(seen).size).toBe(2);
  expect(seen).toHaveLength(4);
  expect(statSync(file.path).mode & 0o777).toBe(0o400);
});

it('a file that comes into the configuration is written at once, once, and its hooks run', async () => {
  const host = await filesHost();
  await host.deploy([]);
  expect(host.hooksRun).toHaveLength(2);
  const file = makeOutput({ path: host.at('all.pem') });
  await host.deploy([file]);
  expect(readFileSync(file.path, 'utf8')).toBe(host.livePem());
  expect(host.hooksRun).toHaveLength(4);
  await host.deploy([file]);
  await host.deploy([{ ...file, mode: 0o440 }]);
  expect(statSync(file.path).mode & 0o777).toBe(0o440);
  expect(host.hooksRun).toHaveLength(6);
  expect(host.issuer.orders).toHaveLength(1);
});

it('one that is taken out stays where it is, and nothing is owed', async () => {
  const host = await filesHost();
  await host.deploy([makeOutput({ path: host.at('all.pem') })]);
  await host.deploy([]);
  expect(existsSync(host.at('all.pem'))).toBe(true);
  expect(host.hooksRun).toHaveLength(2);
});

it('where a directory is open to others nothing is written, and it goes on by itself once that is mended', async () => {
  const host = await filesHost();
  chmodSync(host.dir, 0o777);
  const file = makeOutput({ path: host.at('all.pem') });
  await host.deploy([file]);
  expect(readdirSync(host.dir)).toEqual([]);
  expect(host.hooksRun).toEqual([]);
  expect(host.state()).toMatchObject({
    deployed: null,
    failures: 1,
    lastError: {
      code: 'output-directory-unsafe',
      message: `${host.dir} may be written by everybody, who could put another file there; the new one stays: there is none to go back to`,
    },
  });
  chmodSync(host.dir, 0o755);
  host.advance(2 * 60_000);
  await host.deploy([file]);
  expect(readFileSync(file.path, 'utf8')).toBe(host.livePem());
  expect(host.state()).toMatchObject({
    failures: 0,
    lastError: null,
    files: [`combined -:- 0400 ${file.path}`],
  });
  expect(host.issuer.orders).toHaveLength(1);
});

it('a configuration that is corrected is tried at once, and not before', async () => {
  const host = await filesHost();
  const wrong = makeOutput({ path: host.at('no/all.pem') });
  const right = makeOutput({ path: host.at('all.pem') });
  const deploy = (file: OutputFile, deployDigest: string) =>
    host.start(realDisk, 'nothing', { targets: [{ ...target, files: [file], deployDigest }] });
  await deploy(wrong, 'wrong');
  expect(host.state()).toMatchObject({ failures: 1, failedFor: 'wrong', deployed: null });
  await deploy(wrong, 'wrong');
  expect(host.state().failures).toBe(1);
  await deploy(wrong, 'wrong in another way');
  expect(host.state()).toMatchObject({ failures: 2, failedFor: 'wrong in another way' });
  await deploy(right, 'right');
  expect(readFileSync(right.path, 'utf8')).toBe(host.livePem());
  expect(host.state()).toMatchObject({ failures: 0, failedFor: null, nextAttemptAt: null });
});

describe('a path that leaves the configuration while nobody has finished it', () => {
  const kept = 'kept.pem';
  const leaving = 'leaving.pem';

  /** Kills the deploy of `files` after each of its calls, takes `leaving` out of the configuration, and starts again. */
  async function everyKill(
    before: (at: (name: string) => string) => readonly OutputFile[],
    files: (at: (name: string) => string) => readonly OutputFile[],
  ) {
    const found = new Set<string>();
    let after = 0;
    for (let reached = true; reached; after++) {
      const host = await filesHost();
      await host.deploy(before(host.at));
      const disk = dyingDisk(realDisk, { after, how: 'kill' });
      await Promise.allSettled([
        host.start(disk, 'nothing', { targets: [{ ...target, files: files(host.at) }] }),
      ]);
      reached = disk.calls() > after;
      found.add(readdirSync(host.dir).sort().join(' '));
      const shown = existsSync(host.at(leaving)) ? readFileSync(host.at(leaving), 'utf8') : null;
      await host.deploy([makeOutput({ path: host.at(kept) })]);
      expect(
        readdirSync(host.dir).filter(name => name.startsWith('.')),
        `killed after ${after}`,
      ).toEqual([]);
      // Never the output itself.
      expect(existsSync(host.at(leaving)) ? readFileSync(host.at(leaving), 'utf8') : null).toBe(shown);
      expect(host.state()).toMatchObject({ underWay: null, failures: 0 });
    }
    return found;
  }

  it('is cleared of its key, where it was written before', async () => {
    const found = await everyKill(
      at => [makeOutput({ path: at(kept) }), makeOutput({ path: at(leaving) })],
      at => [makeOutput({ path: at(kept) }), makeOutput({ path: at(leaving), mode: 0o440 })],
    );
    expect([...found].sort()).toEqual([`.certd-new-${leaving} ${kept} ${leaving}`, `${kept} ${leaving}`]);
  });

  it('is cleared of its key, where it has just come into the configuration', async () => {
    const found = await everyKill(
      at => [makeOutput({ path: at(kept) })],
      at => [makeOutput({ path: at(kept) }), makeOutput({ path: at(leaving) })],
    );
    expect([...found].sort()).toEqual([`.certd-new-${leaving} ${kept}`, kept, `${kept} ${leaving}`]);
  });
});

it('what another certificate is writing at the same path by now is left to it', async () => {
  const host = await filesHost();
  const file = makeOutput({ path: host.at('all.pem') });
  const first = { ...target, files: [file] };
  await host.start(realDisk, 'nothing', { targets: [first, otherTarget] });
  host.advance(61 * day);
  const flipped = Promise.withResolvers<void>();
  const disk: Disk = {
    ...realDisk,
    async rename(from, to) {
      await realDisk.rename(from, to);
      if (to === host.layout().liveLink(target.name)) flipped.resolve();
    },
    async writeNew(path, ...more) {
      await realDisk.writeNew(path, ...more);
      if (!path.endsWith('.certd-new-all.pem')) return;
      // Until the one that had the path has come to its own files, and long after that.
      await flipped.promise;
      for (let turn = 0; turn < 100; turn++) await new Promise(resolve => setImmediate(resolve));
    },
  };
  await host.start(disk, 'nothing', {
    targets: [
      { ...target, files: [] },
      { ...otherTarget, files: [file] },
    ],
  });
  const { cert, chain, key } = readPair(host.layout().liveLink(otherTarget.name));
  expect(readFileSync(file.path, 'utf8')).toBe(cert + chain + key);
  expect(host.logged).toEqual([]);
  expect(readdirSync(host.dir)).toEqual(['all.pem']);
});

it('what is unfinished where nobody may look any more is said, and holds nothing up', async () => {
  const host = await filesHost();
  mkdirSync(host.at('tls'), { mode: 0o755 });
  mkdirSync(host.at('gone'), { mode: 0o755 });
  const paths = ['tls/a.pem', 'gone/b.pem', 'c.pem'].map(host.at);
  await host.deploy(paths.map(path => makeOutput({ path })));
  writeFileSync(host.at('tls/.certd-new-a.pem'), 'key');
  mkdirSync(host.at('.certd-new-c.pem'));
  chmodSync(host.at('tls'), 0o777);
  rmSync(host.at('gone'), { recursive: true });
  await host.deploy([makeOutput({ path: host.at('d.pem') })]);
  expect(host.state()).toMatchObject({ failures: 0, files: [`combined -:- 0400 ${host.at('d.pem')}`] });
  expect(host.logged).toMatchObject([
    {
      msg: 'unfinished output file could not be removed',
      certificate: target.name,
      path: host.at('tls/.certd-new-a.pem'),
      code: 'output-directory-unsafe',
    },
  ]);
});

it('an output in the state directory is refused, whatever the configuration calls that', async () => {
  const host = await filesHost();
  const path = join(host.layout().live, 'x.pem');
  await host.deploy([makeOutput({ path })]);
  expect(existsSync(path)).toBe(false);
  expect(host.state().lastError).toMatchObject({ code: 'output-target-refused' });
});
