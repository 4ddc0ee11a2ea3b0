// `npm run build`: src -> dist/certd.js (the entry), dist/cli.js and one chunk for each part that is loaded
// only when a command needs it.
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const common = { bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' } satisfies BuildOptions;

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

await rm(dist, { recursive: true, force: true });
await Promise.all([bundleProgram(), bundleEntry()]);

/** Everything but the entry. CommonJS packages inside an ES module still ask for these three names. */
async function bundleProgram(): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(root, 'src/cli.ts')],
    target: 'node24',
    outdir: dist,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    define: { __CERTD_VERSION__: JSON.stringify(version) },
    banner: {
      js: [
        "import { createRequire as bannerCreateRequire } from 'node:module';",
        'const require = bannerCreateRequire(import.meta.url);',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join('\n'),
    },
  });
}

/**
 * The entry stays a file of its own without the banner: its static imports would stop an old Node before it
 * can say which one is needed.
 */
async function bundleEntry(): Promise<void> {
  const outfile = join(dist, 'certd.js');
  await build({
    ...common,
    entryPoints: [join(root, 'src/certd.ts')],
    target: 'es2020',
    outfile,
    plugins: [
      {
        name: 'leave the import of the program as it is',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/cli\.ts$/ }, () => ({ path: './cli.js', external: true })),
      },
    ],
  });
  await chmod(outfile, 0o755);
}
