import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OutputFile } from '../../src/core/deploy-model.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { observe } from '../../src/store/observe.ts';
import { target } from '../support/crash-host.ts';
import { makeOutput } from '../support/output-room.ts';
import { passHost } from './pass-host.ts';

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

it('an output in the state directory is refused, whatever the configuration calls that', async () => {
  const host = await filesHost();
  const path = join(host.layout().live, 'x.pem');
  await host.deploy([makeOutput({ path })]);
  expect(existsSync(path)).toBe(false);
  expect(host.state().lastError).toMatchObject({ code: 'output-target-refused' });
});
