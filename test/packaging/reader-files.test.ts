import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram } from '../../scripts/build-program.ts';
import type { PackageFile } from '../../scripts/packaging/program-files.ts';
import { asRpmHasIt, readerFiles } from '../../scripts/packaging/reader-files.ts';

let dist = '';
let files: readonly PackageFile[] = [];
beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'certd-readers-'));
  await buildProgram(dist, '1.2.3');
  files = readerFiles(dist, { version: '1.2.3', date: 1_700_000_000 });
}, 120_000);
afterAll(() => rmSync(dist, { recursive: true }));

test('the man page is that of this version, with its date', () => {
  const page = gunzipSync(Buffer.from(contentOf('share/man/man8/certd.8.gz'))).toString();
  expect(page).toMatch(/^\.TH CERTD 8 "2023-11-14" "certd 1\.2\.3" /m);
});

test('each shell gets what the built certd prints for it', () => {
  expect(contentOf('share/bash-completion/completions/certd')).toMatch(/^complete .* certd$/m);
  expect(contentOf('share/zsh/vendor-completions/_certd')).toMatch(/^#compdef certd\n/);
  expect(contentOf('share/fish/vendor_completions.d/certd.fish')).toMatch(/^complete (-c|--command) certd/m);
});

test('for an rpm the completion of zsh is elsewhere, and nothing else', () => {
  expect(files.map(file => asRpmHasIt(file).path)).toEqual([
    'share/man/man8/certd.8.gz',
    'share/bash-completion/completions/certd',
    'share/zsh/site-functions/_certd',
    'share/fish/vendor_completions.d/certd.fish',
  ]);
});

function contentOf(path: string): Buffer | string {
  const content = files.find(file => file.path === path)?.content;
  if (typeof content === 'string' || Buffer.isBuffer(content)) return content;
  throw new Error(`no ${path}`);
}
