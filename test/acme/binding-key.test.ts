import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBindingKey } from '../../src/acme/binding-key.ts';
import { ownDir } from '../support/state-dir.ts';

const secret = 'c2VjcmV0LWtleQ';

function fileWith(text: string, mode = 0o640): string {
  const path = join(ownDir(), 'eab.hmac');
  writeFileSync(path, text, { mode });
  return path;
}

it.each(['c2VjcmV0LWtleQ', 'c2VjcmV0LWtleQ==', ' c2VjcmV0LWtleQ==\r\n', 'c2VjcmV0LWtleQ\n\n'])(
  'reads %j',
  async text => {
    expect(await readBindingKey(fileWith(text))).toBe(secret);
  },
);

it('reads the two characters of base64 that base64url has not', async () => {
  expect(await readBindingKey(fileWith('++//'))).toBe('--__');
});

it('follows a link, as secrets of containers are', async () => {
  const link = join(ownDir(), 'link');
  symlinkSync(fileWith(secret), link);
  expect(await readBindingKey(link)).toBe(secret);
});

it.each([
  ['two keys', `${secret} ${secret}`],
  ['a name before the key', `hmac=${secret}`],
  ['a length that no bytes have', `${secret}xyz`],
  ['padding alone', '=='],
])('refuses %s, and does not repeat it', async (_, text) => {
  const path = fileWith(text);
  const error = await readBindingKey(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'eab-key-unusable',
    message: `The file of \`hmac_key_file\` ${path} holds something else than one key in base64url.`,
    facts: { path },
  });
});

it('says what else is wrong with the file', async () => {
  const dir = ownDir();
  const reason = (path: string) =>
    readBindingKey(path).then(
      () => 'nothing',
      (error: Error) => error.message.replace(`The file of \`hmac_key_file\` ${path} `, ''),
    );
  const pipe = join(dir, 'pipe');
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
  mkdirSync(join(dir, 'd'));
  expect(await reason(fileWith('\n'))).toBe('is empty.');
  expect(await reason(fileWith(secret, 0o604))).toBe('can be read by everybody on this host: chmod 0640.');
  expect(await reason(fileWith('x'.repeat(5000)))).toBe('has 5000 bytes, which is no key.');
  expect(await reason(join(dir, 'none'))).toBe('cannot be read: ENOENT.');
  expect(await reason(join(dir, 'd'))).toBe('is no regular file.');
  expect(await reason(pipe)).toBe('is no regular file.');
});
