import { join, relative } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

const common = {
  // Names of files go into the names of chunks: those from here on, so that every checkout makes the same.
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/**
 * Everything but the entry: `dist/cli.js` and one chunk for each part that is loaded only when a command
 * needs it. Whatever of it a daemon loads, it keeps in memory, the source text included.
 */
export function programOptions(version: string) {
  return {
    ...common,
    entryPoints: [join(root, 'src/cli.ts')],
    target: 'node24',
    // Native, with a file for each kind of machine: found in node_modules beside dist/.
    external: ['koffi'],
    outdir: join(root, 'dist'),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    define: { __CERTD_VERSION__: JSON.stringify(version) },
    // Names stay, so that a stack trace says where it was.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [oneStart, plainBuiltins, leaveOut],
    // CommonJS packages inside an ES module still ask for these three names.
    banner: {
      js: [
        "import { createRequire as bannerCreateRequire } from 'node:module';",
        'const require = bannerCreateRequire(import.meta.url);',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join('\n'),
    },
  } satisfies BuildOptions;
}

/**
 * `dist/certd.js`. The entry stays a file of its own without the banner: its static imports would stop an old
 * Node before it can say which one is needed.
 */
export function entryOptions() {
  return {
    ...common,
    entryPoints: [join(root, 'src/certd.ts')],
    target: 'es2020',
    outfile: join(root, 'dist/certd.js'),
    plugins: [
      {
        name: 'leave the import of the program as it is',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/cli\.ts$/ }, () => ({ path: './cli.js', external: true })),
      },
    ],
  } satisfies BuildOptions;
}

/**
 * Node makes an ES module of a builtin by reading each of its exports, and those of `node:http` load all of
 * fetch: 12 MB and 55 ms that certd has no use for. `getBuiltinModule` reads nothing.
 */
const plainBuiltins: Plugin = {
  name: 'take builtins without reading all their exports',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * What every start needs in one file: each file more costs a start of certd two milliseconds, and `certd status`
 * is to take no more than twice the start of Node. esbuild makes a chunk for each set of entries that share a
 * module; here every part that is loaded later begins with src/cli.ts, which is loaded already, and so all of
 * them share all of it.
 */
const oneStart: Plugin = {
  name: 'let every later part begin with the program',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./, namespace: 'file' }, ({ path, kind, importer, resolveDir }) =>
      kind === 'dynamic-import' && importer.startsWith(join(root, 'src'))
        ? { path: `./${relative(root, join(resolveDir, path))}`, namespace: 'later' }
        : undefined,
    );
    onLoad({ filter: /^/, namespace: 'later' }, ({ path }) => ({
      contents: `import './src/cli.ts';\nexport * from ${JSON.stringify(path)};`,
      resolveDir: root,
    }));
  },
};

/**
 * acme-client signs requests here, and nothing else: src/acme/transport.ts does the HTTP and src/x509 the
 * certificates. Its own of both (axios, node-forge, @peculiar/x509, with all that they need) were half of what
 * a daemon loaded. Of systeminformation doctor calls three functions that were read
 * (docs/decisions/2026-11-28-systeminformation.md): what else it runs and asks is not there to be called.
 * Whatever calls them all the same gets an error that says so.
 */
const leaveOut: Plugin = {
  name: 'leave out what packages bring and certd never calls',
  setup({ onLoad, onEnd }) {
    const found = new Set<string>();
    onLoad({ filter: /\/(?:acme-client|systeminformation)\// }, ({ path }) => {
      const name = unused.find(each => path.endsWith(`/${each}`));
      if (name === undefined) return undefined;
      found.add(name);
      return { contents: absent(name) };
    });
    onEnd(() => ({
      errors: unused
        .filter(name => !found.has(name))
        .map(name => ({ text: `${name} has moved: see leaveOut in scripts/bundle.ts` })),
    }));
  },
};

const unused = [
  ...['axios', 'crypto/forge', 'crypto/index'].map(name => `acme-client/src/${name}.js`),
  ...'audio battery bluetooth cpu docker filesystem graphics internet network printer processes usb users virtualbox wifi'
    .split(' ')
    .map(name => `systeminformation/lib/${name}.js`),
];

/** Packages take functions out of their modules when they are loaded: only a call is too late. */
function absent(name: string): string {
  const message = JSON.stringify(`${name} is not part of certd: scripts/bundle.ts leaves it out`);
  return `module.exports = new Proxy({}, { get: () => () => { throw new Error(${message}); } });`;
}
