import { parseArgs } from 'node:util';
import { type Arch, archs } from './archs.ts';

export type Format = 'deb' | 'rpm' | 'tar';

export type Options = {
  readonly archs: readonly Arch[];
  readonly formats: readonly Format[];
  /** Packs quickly and a third larger, for tests. */
  readonly fast: boolean;
  readonly out: string;
  /** Nothing is built: only what builds take from the net is put into the cache. */
  readonly fetchOnly: boolean;
};

const formats: readonly Format[] = ['deb', 'rpm', 'tar'];

/** The words after `scripts/package`. Throws with a sentence where one of them is unknown. */
export function packageOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      arch: { type: 'string', default: 'all' },
      format: { type: 'string', default: 'all' },
      fast: { type: 'boolean', default: false },
      out: { type: 'string', default: 'build/packages' },
      fetch: { type: 'boolean', default: false },
    },
  });
  return {
    archs: chosen('--arch', values.arch, archs),
    formats: chosen('--format', values.format, formats),
    fast: values.fast,
    out: values.out,
    fetchOnly: values.fetch,
  };
}

function chosen<T extends string>(option: string, word: string, all: readonly T[]): readonly T[] {
  if (word === 'all') return all;
  const found = all.filter(each => each === word);
  if (found.length === 0) throw new Error(`${option} ${word}: it is ${[...all, 'all'].join(', ')}`);
  return found;
}
