import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFacts } from '../../../src/doctor/host/file-facts.ts';
import { readLeaf } from '../../../src/x509/certificate.ts';
import { makePair } from '../../support/make-pair.ts';

let dir: string;
const at = (name: string) => join(dir, name);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-facts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a file that a server reads', () => {
  it('gives the certificates in their order and the public half of its key, of RSA and ECDSA', async () => {
    for (const keyType of ['ecdsa-p256', 'rsa-2048'] as const) {
      const pair = await makePair({ keyType });
      writeFileSync(at('all.pem'), `${pair.cert}some words\n${pair.chain}${pair.key}`);
      const { certificates, keySha256, fault } = await fileFacts(at('all.pem'));
      expect(certificates.map(({ domains }) => domains)).toEqual([['a.example'], []]);
      expect(keySha256).toBe(readLeaf(pair.cert).keySha256);
      expect(fault).toBeNull();
    }
  });

  it('is followed through each symlink on its path, one at a time', async () => {
    mkdirSync(at('deployed/1'), { recursive: true });
    mkdirSync(at('live'));
    writeFileSync(at('deployed/1/x'), '');
    symlinkSync('../deployed/1', at('live/a'));
    symlinkSync(at('live/a/x'), at('link'));
    expect((await fileFacts(at('link'))).forms).toEqual([at('link'), at('live/a/x'), at('deployed/1/x')]);
  });

  it('that is missing, a loop, a directory, a pipe or too large is a fault, and is not waited for', async () => {
    symlinkSync('loop', at('loop'));
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 1024 * 1024 + 1);
    const kind = async (path: string) => (await fileFacts(path)).fault?.kind;
    expect(await kind(at('none'))).toBe('missing');
    expect(await kind(at('large/none'))).toBe('missing');
    for (const name of ['loop', '.', 'pipe', 'large']) expect(await kind(at(name))).toBe('unreadable');
  });

  it('with what is no certificate in it is a fault without a word of what is there', async () => {
    const secret = 'c2VjcmV0';
    writeFileSync(at('bad'), `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`);
    const { fault } = await fileFacts(at('bad'));
    expect(fault?.kind).toBe('unreadable');
    expect(fault?.words).not.toContain(secret);
  });
});
