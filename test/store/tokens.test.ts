import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { CertdError } from '../../src/core/errors.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { tokenRecord } from '../../src/store/tokens.ts';
import { modesOf, openStateDir, treeOf } from '../support/state-dir.ts';

let layout: Layout;
let warnings: CertdError[];

beforeEach(async () => {
  layout = await openStateDir();
  warnings = [];
});

const record = () => tokenRecord(realDisk, layout, error => warnings.push(error));

it('remembers paths across a restart until they are removed', async () => {
  await record().add('/srv/www/.well-known/acme-challenge/one');
  await record().add('/srv/www/.well-known/acme-challenge/two');
  await record().add('/srv/www/.well-known/acme-challenge/one');
  expect([...record().paths()].sort()).toEqual([
    '/srv/www/.well-known/acme-challenge/one',
    '/srv/www/.well-known/acme-challenge/two',
  ]);
  await record().remove('/srv/www/.well-known/acme-challenge/one');
  await record().remove('/srv/www/.well-known/acme-challenge/never-there');
  expect(record().paths()).toEqual(['/srv/www/.well-known/acme-challenge/two']);
  expect(record().has('/srv/www/.well-known/acme-challenge/one')).toBe(false);
  expect(record().has('/srv/www/.well-known/acme-challenge/two')).toBe(true);
  expect(warnings).toEqual([]);
});

it('keeps one file a token, for its user alone, named by the path’s digest', async () => {
  await record().add('/srv/token');
  // Of `printf %s /srv/token | sha256sum`.
  expect(modesOf(layout.tokens)).toEqual(['0600 3037704e214be7fc.json']);
  expect(JSON.parse(readFileSync(join(layout.tokens, readdirSync(layout.tokens)[0] ?? ''), 'utf8'))).toEqual({
    schema: 1,
    path: '/srv/token',
  });
});

it('lets several tokens be added at once', async () => {
  const paths = ['/a', '/b', '/c', '/d', '/e'];
  await Promise.all(paths.map(path => record().add(path)));
  expect([...record().paths()].sort()).toEqual(paths);
});

it('warns of a record that cannot be read, leaves it, and knows the others', async () => {
  await record().add('/srv/token');
  const spoiled = join(layout.tokens, '0000000000000000.json');
  writeFileSync(spoiled, '{"schema":1');
  const before = treeOf(layout.tokens);
  expect(record().has('/srv/token')).toBe(true);
  expect(record().paths()).toEqual(['/srv/token']);
  expect(warnings).toEqual([
    expect.objectContaining({
      code: 'state-corrupt',
      message: `${spoiled} cannot be used: it is not JSON`,
    }),
  ]);
  expect(treeOf(layout.tokens)).toEqual(before);
});

it('does not take a half-written record for one', async () => {
  writeFileSync(join(layout.tokens, '3037704e214be7fc.json.new'), '{"sch');
  expect(record().paths()).toEqual([]);
  await record().add('/srv/token');
  expect(record().paths()).toEqual(['/srv/token']);
});
