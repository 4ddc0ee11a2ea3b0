// `npm run build`: src -> dist/certd.js (the entry), dist/cli.js and its chunks (scripts/bundle.ts).
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { entryOptions, programOptions } from './bundle.ts';

const root = join(import.meta.dirname, '..');

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

await rm(join(root, 'dist'), { recursive: true, force: true });
const entry = entryOptions();
await Promise.all([build(programOptions(version)), build(entry)]);
await chmod(entry.outfile, 0o755);
