import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryOptions, programOptions } from '../../scripts/bundle.ts';
import { rule } from '../support/rule.ts';

let dir = '';
let inputs: readonly string[] = [];
let imports: readonly string[] = [];
let outputs: Metafile['outputs'] = {};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'certd-bundle-'));
  const { metafile } = await build({ ...programOptions('1.2.3'), outdir: dir });
  outputs = metafile.outputs;
  inputs = Object.values(outputs).flatMap(output =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  imports = Object.values(outputs).flatMap(output =>
    output.imports.flatMap(({ path, kind }) => (kind === 'import-statement' ? [path] : [])),
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

test('the bundle has no code that certd cannot reach', () => {
  const unwanted =
    /\/(axios|form-data|mime-db|follow-redirects|proxy-from-env|node-forge|@peculiar|asn1js)\//;
  expect(inputs.filter(path => path.includes('/acme-client/src/')).length).toBeGreaterThan(4);
  expect(
    inputs.filter(path => unwanted.test(path)),
    rule({
      why: 'the daemon keeps what it loads in memory, and acme-client is used for signing alone',
      mend: 'leave it out in scripts/bundle.ts, like the others',
    }),
  ).toEqual([]);
});

test('systeminformation is a file of its own, with little of it', () => {
  const files = Object.values(outputs).map(output =>
    Object.entries(output.inputs).filter(([path]) => path.includes('/systeminformation/')),
  );
  const [file = [], ...more] = files.filter(inputs => inputs.length > 0);
  const whole = file.filter(([, { bytesInOutput }]) => bytesInOutput > 1000).map(([path]) => path);
  expect(
    whole.map(path => path.slice(path.lastIndexOf('/') + 1)).sort(),
    rule({
      why: 'it runs programs through a shell: what no one has read must not be there to be called',
      mend: 'read what its function runs, write it into docs/decisions, then let its file in (scripts/bundle.ts)',
    }),
  ).toEqual(['index.js', 'memory.js', 'osinfo.js', 'package.json', 'system.js', 'util.js']);
  expect(more).toEqual([]);
});

test('the bundle has one of the languages of zod', () => {
  expect(
    inputs.filter(path => path.includes('/zod/v4/locales/')).map(path => path.split('/').at(-1)),
    rule({
      why: 'all fifty of them are half a megabyte of source and more of memory',
      mend: "`import * as z from 'zod'`, not `import { z } from 'zod'`: only then esbuild can leave out the rest",
    }),
  ).toEqual(['en.js']);
});

test('the bundle imports no builtin as an ES module', () => {
  expect(
    imports.filter(path => path.startsWith('node:')),
    rule({
      why: 'as an ES module node:http alone costs 12 MB and 55 ms: Node reads all of its exports, fetch among them',
      mend: 'see plainBuiltins in scripts/bundle.ts',
    }),
  ).toEqual([]);
});

test('what was left out says so when somebody calls it', async () => {
  await build({
    ...programOptions('1.2.3'),
    entryPoints: [],
    stdin: {
      contents: `
        import acme from 'acme-client';
        import { networkInterfaces } from 'systeminformation';
        const client = new acme.Client({ directoryUrl: 'https://ca.test/dir', accountKey: 'none' });
        export const asked = client.http.request('https://ca.test/dir', 'get');
        export { networkInterfaces };`,
      resolveDir: import.meta.dirname,
    },
    outdir: dir,
    outExtension: { '.js': '.mjs' },
  });
  const { asked, networkInterfaces } = await import(join(dir, 'stdin.mjs'));
  await expect(asked).rejects.toThrow(
    'acme-client/src/axios.js is not part of certd: scripts/bundle.ts leaves it out',
  );
  expect(networkInterfaces).toThrow(
    'systeminformation/lib/network.js is not part of certd: scripts/bundle.ts leaves it out',
  );
});

test('the entry is one file for itself', async () => {
  const { metafile } = await build({ ...entryOptions(), write: false });
  expect(Object.keys(metafile.inputs)).toEqual(['src/certd.ts']);
});

test('a start of certd loads three files, the entry included', () => {
  const start = Object.keys(outputs).find(path => path.endsWith('/cli.js')) ?? '';
  const loaded = new Set([start]);
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement') loaded.add(next);
  }
  expect(
    1 + loaded.size,
    rule({
      why: 'each file more costs a start two milliseconds, and `certd status` may take twice the start of Node',
      mend: 'see oneStart in scripts/bundle.ts',
    }),
  ).toBe(3);
});
