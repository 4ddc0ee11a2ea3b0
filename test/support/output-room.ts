import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputFile } from '../../src/core/deploy/deploy-model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { type Accounts, hostAccounts } from '../../src/host/accounts.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Pair } from '../../src/store/generation.ts';
import type { LeftoverHost } from '../../src/store/output-leftovers.ts';
import { writeOutputs } from '../../src/store/outputs.ts';
import { ownDir, ownUid } from './state-dir.ts';

/** Nobody by number on every Linux, and somebody else than who runs the tests. */
export const nobody = 65_534;

/** Whether this test may give files away. */
export const isRoot = ownUid === 0;

/** One output file; `path` and `content` as a test names them, mode 0400 and nobody else's. */
export function makeOutput(change: Partial<OutputFile> & { readonly path: string }): OutputFile {
  return { content: 'combined', owner: null, group: null, mode: 0o400, ...change };
}

/** A directory for outputs that other users may enter, beside a state directory. */
export function outputRoom() {
  const top = ownDir();
  chmodSync(top, 0o755);
  const dir = join(top, 'out');
  const stateRoot = join(top, 'state');
  mkdirSync(dir, { mode: 0o755 });
  mkdirSync(stateRoot);
  const write = (
    files: readonly OutputFile[],
    pair: Pair,
    more: {
      readonly disk?: Disk;
      readonly accounts?: Accounts;
      readonly onLeft?: LeftoverHost['onLeft'];
    } = {},
  ) =>
    writeOutputs(more.disk ?? realDisk, files, pair, {
      accounts: more.accounts ?? hostAccounts(),
      stateRoot,
      onLeft: more.onLeft ?? left,
    });
  /** Nothing is left where a test does not expect it. */
  const left: LeftoverHost['onLeft'] = (path, error) => {
    throw new Error(`${path} was left`, { cause: error });
  };
  return { top, dir, stateRoot, write, at: (name: string) => join(dir, name) };
}
