import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './run.ts';

export type Product = {
  readonly version: string;
  /** Of every file in a package: seconds since 1970. */
  readonly date: number;
};

const manifest = z.object({ version: z.string() });

/** Dates are those of the commit, or SOURCE_DATE_EPOCH, never those of the build. Throws where there is neither. */
export function productOf(root: string, sourceDateEpoch: string | undefined): Product {
  const { version } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return { version, date: wholeSeconds(sourceDateEpoch ?? commitDate(root)) };
}

function commitDate(root: string): string {
  try {
    return run('git', ['-C', root, 'log', '-1', '--format=%ct']).trim();
  } catch (thrown) {
    throw new Error('which date do the files get? There is no git here: set SOURCE_DATE_EPOCH', {
      cause: thrown,
    });
  }
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,11}$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${text}`);
  return Number(text);
}
