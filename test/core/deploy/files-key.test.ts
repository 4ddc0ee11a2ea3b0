import { expect, it } from 'vitest';
import type { OutputFile } from '../../../src/core/deploy/deploy-model.ts';
import { filesKey, filesOwed, formerFiles, owedFiles } from '../../../src/core/deploy/files-key.ts';

const haproxy: OutputFile = {
  path: '/etc/haproxy/certs/a b.pem',
  content: 'combined',
  owner: 'root',
  group: 'haproxy',
  mode: 0o440,
};
const node: OutputFile = { path: '/srv/key.pem', content: 'key', owner: null, group: null, mode: 0o400 };

it('says what was written, a line a file', () => {
  expect(filesKey([haproxy, node])).toEqual([
    'combined root:haproxy 0440 /etc/haproxy/certs/a b.pem',
    'key -:- 0400 /srv/key.pem',
  ]);
  expect(filesKey([])).toEqual([]);
});

it.each<[string, readonly OutputFile[], readonly OutputFile[], boolean]>([
  ['nothing was changed', [haproxy, node], [haproxy, node], false],
  ['they stand in another order', [haproxy, node], [node, haproxy], false],
  ['there are none, and were none', [], [], false],
  ['one was taken out', [haproxy, node], [node], false],
  ['all were taken out', [haproxy], [], false],
  ['the first came', [], [node], true],
  ['another came', [haproxy], [haproxy, node], true],
  ['a path is another', [node], [{ ...node, path: '/srv/key' }], true],
  ['a content is another', [node], [{ ...node, content: 'cert' }], true],
  ['an owner is another', [node], [{ ...node, owner: 'node' }], true],
  ['a group is another', [node], [{ ...node, group: 'node' }], true],
  ['a mode is another', [node], [{ ...node, mode: 0o440 }], true],
])('where %s', (_, before, now, owed) => {
  expect(filesOwed(now, filesKey(before))).toBe(owed);
});

it('names the files that are owed alone', () => {
  expect(owedFiles([haproxy, node], filesKey([haproxy]))).toEqual([node]);
});

it('names what was written and is in the configuration no longer, each path once', () => {
  const recorded = filesKey([haproxy, node, { ...haproxy, mode: 0o400 }]);
  expect(formerFiles([], recorded)).toEqual([
    { path: '/etc/haproxy/certs/a b.pem', owner: 'root' },
    { path: '/srv/key.pem', owner: null },
  ]);
  expect(formerFiles([{ ...node, content: 'cert', owner: 'node' }], recorded)).toEqual([
    { path: '/etc/haproxy/certs/a b.pem', owner: 'root' },
  ]);
  expect(formerFiles([haproxy, node], recorded)).toEqual([]);
});

it('makes no path of a line that it did not write', () => {
  expect(formerFiles([], ['', '/etc/passwd', 'key -:- 0400 relative.pem', 'key -:- /a'])).toEqual([]);
});
