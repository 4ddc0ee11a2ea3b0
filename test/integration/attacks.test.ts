import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readPair } from '../../src/store/generation.ts';
import {
  type AttackRoom,
  attackRoom,
  deploy,
  filesOf,
  give,
  honest,
  hooksOf,
  live,
  outside,
  victim,
} from '../support/attack-room.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { waitUntil } from '../support/wait-until.ts';

const stranger = 64_298;
const staging = 'https://acme-staging-v02.api.letsencrypt.org/directory';
const domains = [victim];

/** Of the other one there is nothing to say. */
const onlyHonest = /^honest\S+: deployed \S+\n$/;

/** All of `issuer/` is in hostile hands, which make there what they like; root runs what its unit runs. */
describe.runIf(canBeOtherUsers())('the split holds under attack', () => {
  let ca: TestCa;
  let foreign: TestCa;
  let room: AttackRoom;
  beforeAll(async () => {
    ca = await makeCa('configured root');
    foreign = await makeCa('foreign root');
  });
  beforeEach(async () => {
    room = await attackRoom(ca);
  });

  /** Root deploys what is honest; of the rest of its half nothing has changed, and no decoy was read. */
  async function deploys(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await deploy(room, ...words);
    expect(live(room, honest)).toBe(room.idsOf(honest).at(-1));
    expect(hooksOf(room)).toContain(`CERTD_NAME=${honest}\n`);
    expect(outside(room)).toEqual(room.before);
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
    return stdout + stderr;
  }

  const issued = (...parts: readonly string[]) => room.at(join('issued', victim, ...parts));

  function replaced(path: string, by: (path: string) => unknown): void {
    rmSync(path, { recursive: true });
    by(path);
    give(path);
  }

  test('whoever reads a decoy is seen: this is what the other tests rest on', () => {
    const [decoy = ''] = filesOf(room.decoys);
    readFileSync(decoy);
    expect(outside(room)).not.toEqual(room.before);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'its name',
      () => replaced(issued(), path => symlinkSync(room.decoys, path)),
      /state-corrupt: .* no directory/,
    ],
    [
      'a generation',
      () => symlinkSync(join(room.decoys, '0009-dec0dec0'), issued('0009-dec0dec0')),
      onlyHonest,
    ],
    [
      'its state',
      () => symlinkSync(join(room.decoys, `${victim}.json`), room.at(`state/${victim}.json`)),
      onlyHonest,
    ],
    [
      'a state, to a pipe',
      () => symlinkSync(join(room.decoys, 'pipe'), room.at(`revoked/${victim}.json`)),
      onlyHonest,
    ],
  ])('a link in the place of %s leads nowhere', async (_, attack, words) => {
    attack();
    expect(await deploys('--owed')).toMatch(words);
  });

  test('a link in the place of all that is issued is said for each certificate, and changes nothing', async () => {
    rmSync(room.at('issued'), { recursive: true });
    symlinkSync(room.decoys, room.at('issued'));
    const id = live(room, honest);
    const { code, stdout, stderr } = await deploy(room, '--owed');
    const words = `failed: state-corrupt: ${room.at('issued')} cannot be used: it is no directory`;
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: `${honest}: ${words}\n${victim}: ${words}\n`,
      stderr: '',
    });
    expect(live(room, honest)).toBe(id);
    expect(outside(room)).toEqual(room.before);
  });

  test.each<[string, (path: string) => unknown]>([
    [
      'a link to root’s',
      path => replaced(join(path, 'privkey.pem'), at => symlinkSync(decoy('privkey.pem'), at)),
    ],
    [
      'another name of root’s',
      path => {
        rmSync(join(path, 'privkey.pem'));
        writeFileSync(join(room.root, 'secret'), 'x', { mode: 0o600 });
        linkSync(join(room.root, 'secret'), join(path, 'privkey.pem'));
        rmSync(join(path, 'cert.pem'));
        linkSync(join(room.root, 'secret'), join(path, 'cert.pem'));
        room = { ...room, before: outside(room) };
      },
    ],
    ['somebody else’s', path => chownSync(join(path, 'privkey.pem'), stranger, stranger)],
    ['ten gigabytes', path => truncateSync(join(path, 'privkey.pem'), 10 * 1024 ** 3)],
    ['a pipe', path => replaced(join(path, 'cert.pem'), at => execFileSync('mkfifo', [at]))],
    ['a nest of JSON', path => writeFileSync(join(path, 'generation.json'), '{"a":'.repeat(100_000))],
    ['no UTF-8', path => writeFileSync(join(path, 'generation.json'), Buffer.from([0x7b, 0xff, 0x7d]))],
  ])('a generation with a file that is %s is passed over', async (_, attack) => {
    attack(await room.issue(victim, '0002', { domains }));
    expect(await deploys('--owed')).not.toContain(victim);
  });

  const decoy = (file: string) => join(room.decoys, '0009-dec0dec0', file);

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'of another domain',
      () => room.issue(victim, '0002', { domains: ['evil.test'] }),
      /does not name victim/,
    ],
    [
      'with another key',
      async () => room.issue(victim, '0002', { domains, key: (await makeLeaf(ca, { domains })).keyPem }),
      onlyHonest,
    ],
    [
      'that has expired',
      () => room.issue(victim, '0002', { domains, notAfter: new Date(Date.now() - 1000) }),
      /expired/,
    ],
    ['of another CA', () => room.issue(victim, '0002', { domains, by: foreign }), /gate-refused/],
    [
      'of another CA, as if it came from a staging CA whose roots nobody has',
      () => room.issue(victim, '0002', { domains, by: foreign, directory: staging }),
      /gate-refused/,
    ],
    [
      'of another CA, as if it came from one that is not configured',
      () => room.issue(victim, '0002', { domains, by: foreign, directory: 'https://evil.test/dir' }),
      /gate-refused/,
    ],
    [
      'with an escape sequence and a hook’s text in its names',
      () => room.issue(victim, '0002', { domains: ['$(touch hooked)', '\u001b]0;x\u0007;rm -rf /'] }),
      /does not name victim/,
    ],
  ])('a certificate %s is not installed', async (_, attack, words) => {
    await attack();
    expect(await deploys('--owed')).toMatch(words);
    expect(hooksOf(room)).not.toContain(victim);
  });

  test('nor is one that says so where another certificate does come from a staging CA', async () => {
    const other = `  - { domains: [try.certd.test], ca: letsencrypt-staging, challenge: { webroot: ${room.root} } }\n`;
    appendFileSync(join(room.root, 'certd/config.yaml'), other);
    room = { ...room, before: outside(room) };
    await room.issue(victim, '0002', { domains, by: foreign, directory: staging });
    expect(await deploys('--owed')).toMatch(/gate-refused/);
  });

  test('another certificate under the number that is live does not come to be live, also by force', async () => {
    const id = live(room, victim);
    await room.issue(victim, '0001', { domains: ['evil.test'] }, id);
    await deploys('--force');
    expect(hooksOf(room)).toContain(`CERTD_NAME=${victim}\n`);
    expect(live(room, victim)).toBe(id);
    expect(readPair(room.liveDir(victim)).leaf.domains).toEqual(domains);
  });

  test('what names say besides is told to no hook and run by nobody', async () => {
    const path = await room.issue(victim, '0002', { domains: [victim, '$(touch hooked)', ';touch hooked'] });
    await deploy(room, '--owed');
    expect(hooksOf(room)).toContain(`CERTD_DOMAINS=${victim}\n`);
    expect(hooksOf(room)).not.toContain('touch');
    expect(live(room, victim)).toBe(path.slice(-13));
    expect(existsSync('hooked')).toBe(false);
  });

  test('thousands of requests of every kind are removed, and nothing that they lead to', async () => {
    const requests = room.at('requests');
    execFileSync('sh', ['-c', 'seq 1 5000 | xargs touch -- "-rf" "\n" "\\$(touch hooked)"'], {
      cwd: requests,
    });
    symlinkSync('/etc', join(requests, 'etc'));
    symlinkSync(room.decoys, join(requests, victim));
    mkdirSync(join(requests, 'deep/deeper'), { recursive: true });
    symlinkSync(room.decoys, join(requests, 'deep/deeper/link'));
    execFileSync('mkfifo', [join(requests, 'pipe')]);
    give(requests);
    await deploys('--owed');
    expect(readdirSync(requests)).toEqual([]);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  test('a link to somewhere in the place of the requests empties nothing there', async () => {
    replaced(room.at('requests'), path => symlinkSync(room.decoys, path));
    const deployer = spawn(process.execPath, [...room.argv, '--owed'], { stdio: 'ignore' });
    onTestFinished(() => void deployer.kill('SIGKILL'));
    await waitUntil('the honest one is live', () => live(room, honest) === room.idsOf(honest).at(-1) || null);
    await waitUntil('its hook has run', () => hooksOf(room).includes(honest) || null);
    // It stays for a minute, so that its unit does not spin.
    expect(deployer.exitCode).toBeNull();
    expect(outside(room)).toEqual(room.before);
  });

  test('a directory with 20,000 entries is not read to its end', async () => {
    execFileSync('sh', ['-c', 'seq 1 20000 | xargs touch'], { cwd: issued() });
    expect(await deploys('--owed')).toMatch(/state-corrupt: .* more than 256 entries/);
  });

  test('an issuer that is stopped with its lock and its socket in hand is not waited for', async () => {
    mkdirSync(room.runtimeDir);
    give(room.runtimeDir);
    const socket = join(room.runtimeDir, 'control.sock');
    const holds = `require('node:net').createServer().listen('${socket}', () => console.log('on'))`;
    const argv = [room.at('lock'), process.execPath, '-e', holds];
    const issuer = spawn('flock', argv, {
      uid: somebody.uid,
      gid: somebody.gid,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const group = -(issuer.pid ?? 0);
    onTestFinished(() => void process.kill(group, 'SIGKILL'));
    await once(issuer.stdout, 'data');
    process.kill(group, 'SIGSTOP');
    await deploys('--owed');
    expect(statSync(socket).isSocket()).toBe(true);
  });

  test('directories that turn into links and back, as fast as somebody can, are never gone through', async () => {
    await room.issue(victim, '0002', { domains: ['evil.test'] });
    const hostile = spawn(process.execPath, ['-e', swaps, issued(), room.decoys, room.at('requests')], {
      uid: somebody.uid,
      gid: somebody.gid,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void hostile.kill('SIGKILL'));
    await once(hostile.stdout, 'data');
    for (let times = 0; times < 5; times++) await deploys('--owed');
    expect(hostile.exitCode).toBeNull();
  });
});

/** Takes turns between a directory of the issuer's and a link to the decoys in its place, and asks for deploys meanwhile. */
const swaps = `
  const { renameSync, symlinkSync, unlinkSync, writeFileSync } = require('node:fs');
  const [place, decoys, requests] = process.argv.slice(1);
  process.stdout.write('on\\n');
  for (;;) {
    renameSync(place, place + '.away');
    symlinkSync(decoys, place);
    unlinkSync(place);
    renameSync(place + '.away', place);
    writeFileSync(requests + '/${victim}', '');
  }
`;
