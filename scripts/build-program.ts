import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { entryOptions, programOptions } from './bundle.ts';

/**
 * src -> `dir`/certd.js (the entry), `dir`/cli.js and its chunks, instead of what was there. The answer says what of which
 * package went in. The bytes depend on the sources alone, not on where they or `dir` are.
 */
export async function buildProgram(dir: string, version: string): Promise<Metafile> {
  await rm(dir, { recursive: true, force: true });
  const outfile = join(dir, 'certd.js');
  const [program] = await Promise.all([
    build({ ...programOptions(version), outdir: dir }),
    build({ ...entryOptions(), outfile }),
  ]);
  await chmod(outfile, 0o755);
  return program.metafile;
}
