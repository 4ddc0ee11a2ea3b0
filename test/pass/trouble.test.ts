import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { Disk } from '../../src/core/ports.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { otherTarget, passHost } from './pass-host.ts';

const day = 86_400_000;
const targets = [target, otherTarget];

/** What the state takes before an attempt: the new file and its rename (`holdAhead`). */
const heldAhead = 2;

/** A disk on which every call with such a path fails, after the first `good` ones. */
function brokenAt(path: RegExp, code: 'EIO' | 'ENOSPC' = 'EIO', good = 0): Disk {
  let calls = 0;
  const checked =
    <A extends readonly unknown[]>(name: keyof Disk, call: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      const found = args.find(arg => typeof arg === 'string' && path.test(arg));
      if (found === undefined) return call(...args);
      calls += 1;
      if (calls <= good) return call(...args);
      throw Object.assign(new Error(code), { code, syscall: name, path: found });
    };
  return {
    makeDir: checked('makeDir', realDisk.makeDir),
    writeNew: checked('writeNew', realDisk.writeNew),
    append: checked('append', realDisk.append),
    rename: checked('rename', realDisk.rename),
    symlink: checked('symlink', realDisk.symlink),
    unlink: checked('unlink', realDisk.unlink),
    removeDir: checked('removeDir', realDisk.removeDir),
    syncDir: checked('syncDir', realDisk.syncDir),
  };
}

it('a certificate that fails at the CA stops no other', async () => {
  const host = await passHost();
  host.issuer.refuse('www.crash.test', new CertdError('caa-forbids', 'CAA'));
  expect(await host.start(realDisk, 'nothing', { targets })).toMatchObject([
    { name: 'crash.test', issued: null, deployed: null, error: { code: 'caa-forbids' } },
    { name: 'other.test', issued: expect.stringMatching(/^0001-/), error: null },
  ]);
  expect(host.hooksRun).toHaveLength(2);
});

it('a certificate whose state is corrupt is left alone, said so, and stops no other', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', { targets });
  const path = host.layout().issuerState('crash.test');
  rmSync(path);
  writeFileSync(path, '{"schema":1');
  host.advance(61 * day);
  expect(await host.start(realDisk, 'forced', { targets })).toMatchObject([
    { name: 'crash.test', issued: null, deployed: null, error: { code: 'state-corrupt' } },
    { name: 'other.test', issued: expect.stringMatching(/^0002-/), error: null },
  ]);
  expect(readFileSync(path, 'utf8')).toBe('{"schema":1');
  expect(host.logged).toMatchObject([
    { level: 50, code: 'state-corrupt', certificate: 'crash.test', reason: expect.stringContaining(path) },
  ]);
});

it('a certificate that cannot be read stops no other, neither its issue nor its deploy', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', { targets: [otherTarget] });
  writeFileSync(host.layout().issuedOf('crash.test'), 'no directory');
  host.advance(61 * day);
  const results = await host.start(realDisk, 'nothing', { targets });
  expect(results).toMatchObject([
    { name: 'crash.test', error: { code: 'state-corrupt' } },
    { name: 'other.test', deployed: expect.stringMatching(/^0002-/), error: null },
  ]);
});

it('a journal that cannot be written is a warning: what was issued and deployed stays so', async () => {
  const host = await passHost();
  const disk = brokenAt(/journal/, 'ENOSPC');
  const [result] = await host.start(disk, 'nothing');
  const id = `0001-${host.live()}`;
  expect(result).toEqual({ name: 'crash.test', issued: id, deployed: id, error: null });
  expect(host.logged.map(({ level, code, msg }) => [level, code, msg])).toEqual([
    [40, 'disk-full', 'journal could not be written'],
    [40, 'disk-full', 'journal could not be written'],
  ]);
  expect(readIssuerState(host.layout(), 'crash.test')).toMatchObject({ failures: 0 });
  expect(readDeployState(host.layout().deployState('crash.test'))).toMatchObject({ deployed: id });
});

it('shows the first error where it cannot be written down either', async () => {
  const host = await passHost();
  host.issuer.failNext('order', new CertdError('caa-forbids', 'CAA'));
  const [result] = await host.start(brokenAt(/issuer\/state\/crash/, 'EIO', heldAhead), 'nothing');
  expect(result).toMatchObject({ error: { code: 'caa-forbids' } });
  expect(host.logged.map(({ code, msg }) => [code, msg])).toEqual([
    ['caa-forbids', 'certificate could not be issued'],
    ['disk-failed', 'outcome could not be recorded'],
  ]);
});

it('says what was issued though its success could not be written down, and deploys it', async () => {
  const host = await passHost();
  const [result] = await host.start(brokenAt(/issuer\/state\/crash/, 'EIO', heldAhead), 'nothing');
  const id = `0001-${host.live()}`;
  expect(result).toMatchObject({ issued: id, deployed: id, error: { code: 'disk-failed' } });
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: null, error: null }]);
  expect(host.issuer.orders).toHaveLength(1);
});

it('places a gone order anew though the old one cannot be cleared away, or shows why it was given up', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('validation-failed', 'port 80 is closed'));
  const [result] = await host.start(brokenAt(/\.old-crash/), 'nothing');
  expect(result).toMatchObject({ error: { code: 'validation-failed' } });
});

it('a live link that somebody removed is put back, with its hooks', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const live = host.live();
  rmSync(host.layout().liveLink('crash.test'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: null, deployed: `0001-${live}` }]);
  expect(host.live()).toBe(live);
  expect(host.hooksRun).toHaveLength(4);
});

/** Issues a second generation whose deploy fails with these parts; then a name is added and the CA is down. */
async function addNameWhileOwed(failing: Parameters<CrashHost['start']>[2], disk: Disk = realDisk) {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const first = host.live();
  host.advance(61 * day);
  await host.start(disk, 'nothing', failing);
  const owed = host.live();
  host.issuer.failNext('order', new CertdError('ca-error', 'down'));
  const more = { ...target, domains: [...target.domains, 'new.crash.test'] };
  const [result] = await host.start(realDisk, 'pass', { targets: [more] });
  return { host, first, owed, result };
}

it('a generation without a name that was added since does not go live', async () => {
  const { host, first, result } = await addNameWhileOwed({}, brokenAt(/live\//));
  expect(result).toMatchObject({ deployed: null, error: { code: 'ca-error' } });
  expect(host.live()).toBe(first);
});

it('a generation that is live already gets its hooks, whatever name was added since', async () => {
  const runHook = async () => ({ outcome: 'hook-failed', detail: 'exit 1', output: '' }) as const;
  const targets = [{ ...target, deploy: { ...target.deploy, onFailure: 'keep' } }] as const;
  const { host, first, owed, result } = await addNameWhileOwed({ targets, parts: { runHook } });
  expect(owed).not.toBe(first);
  expect(result).toMatchObject({ deployed: expect.stringMatching(/^0002-/), error: { code: 'ca-error' } });
  expect(host.hooksRun.filter(run => run.endsWith(` ${owed}`))).toEqual([`first ${owed}`, `second ${owed}`]);
});

it('a full disk that stays full lets no order be placed, at any number of looks', async () => {
  const host = await passHost();
  const full = brokenAt(/order\.json/, 'ENOSPC');
  for (let look = 0; look < 5; look++) {
    const [result] = await host.start(full, 'nothing');
    expect(result).toMatchObject({ error: { code: 'disk-full' } });
    host.advance(60_000);
  }
  expect(host.issuer.orders).toEqual([]);
});

it('a state that cannot be written lets no order be placed, whatever the CA would say', async () => {
  const host = await passHost();
  for (let look = 0; look < 5; look++) {
    host.issuer.failNext('complete', new CertdError('validation-failed', 'port 80 is closed'));
    const [result] = await host.start(brokenAt(/issuer\/state\//), 'nothing');
    expect(result).toMatchObject({ error: { code: 'disk-failed' } });
    host.advance(60_000);
  }
  expect(host.issuer.orders).toEqual([]);
});

it('a failure that cannot be recorded still holds the next attempt back', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('validation-failed', 'port 80 is closed'));
  await host.start(brokenAt(/issuer\/state\//, 'EIO', heldAhead), 'nothing');
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(1);
  host.advance(2 * 60_000);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(2);
});

it('a stop leaves the order to be taken up at the next look, and not a minute later', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('stopped', 'SIGTERM'));
  await host.start(realDisk, 'nothing');
  expect(host.live()).toBeNull();
  await host.start(realDisk, 'nothing');
  expect(host.live()).not.toBeNull();
  expect(host.issuer.orders).toHaveLength(1);
});

it('a window is asked for every six hours where its answer cannot be kept', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.advance(day + 60_000);
  for (let look = 0; look < 5; look++) {
    await host.start(brokenAt(/issuer\/state\//), 'nothing');
    host.advance(60_000);
  }
  // Once, when the certificate was new.
  expect(host.issuer.windowsAsked).toHaveLength(1);
});

it('a CA that limits questions for its windows is asked again when it says', async () => {
  const host = await passHost();
  const notBefore = host.now() + 12 * 3_600_000;
  host.issuer.failNext('window', new CertdError('rate-limited', 'slower', { notBefore }));
  await host.start(realDisk, 'nothing');
  expect(readIssuerState(host.layout(), target.name).windowCheckAt).toBe(notBefore);
});

it('a certificate that comes when it is due already is ordered once a day, not at every look', async () => {
  const host = await passHost();
  host.issuer.dateBack(61 * day);
  for (let minute = 0; minute < 10; minute++) {
    await host.start(realDisk, 'nothing');
    host.advance(60_000);
  }
  expect(host.issuer.orders).toHaveLength(1);
  host.advance(day);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(2);
});

it('a live link that became a directory is named, and nothing in it is touched', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const link = host.layout().liveLink(target.name);
  rmSync(link);
  mkdirSync(link);
  const [result] = await host.start(realDisk, 'nothing');
  expect(result).toMatchObject({ deployed: null, error: { message: expect.stringContaining(link) } });
  expect(readdirSync(link)).toEqual([]);
});

/** A hook that ends so, whatever it is. */
const hooksEnd = (outcome: 'hook-failed' | 'stopped') => ({
  parts: { runHook: async () => ({ outcome, detail: 'test', output: '' }) },
});

it('a key type that was changed meanwhile does not hold up a deploy that is owed', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', hooksEnd('hook-failed'));
  const targets = [{ ...target, keyType: 'rsa-2048' }] as const;
  expect(await host.start(realDisk, 'pass', { targets })).toMatchObject([
    { issued: null, deployed: `0001-${host.live()}`, error: null },
  ]);
});

it('a deploy that a stop cuts short is no failure: nothing is logged or written into history', async () => {
  const host = await passHost();
  expect(await host.start(realDisk, 'nothing', hooksEnd('stopped'))).toMatchObject([
    { deployed: null, error: { code: 'stopped' } },
  ]);
  expect(host.logged).toEqual([]);
  expect(readdirSync(host.layout().deploy)).toEqual(['crash.test.json']);
});

it('an owed deploy is not begun once certd is stopped', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', hooksEnd('stopped'));
  const disk = recordingDisk(host.layout().root);
  await host.start(disk, 'pass', { parts: { signal: AbortSignal.abort() } });
  expect(disk.calls).toEqual([]);
});
