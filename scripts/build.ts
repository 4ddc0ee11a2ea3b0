// `npm run build`: src -> dist/certd.js (the entry), dist/cli.js and its chunks (scripts/bundle.ts).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { buildProgram } from './build-program.ts';

const root = join(import.meta.dirname, '..');

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

await buildProgram(join(root, 'dist'), version);
