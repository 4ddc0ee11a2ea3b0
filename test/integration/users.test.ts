import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userIn } from '../../src/host/account-file.ts';
import { type CertdCommands, certdAt, nginxConfig, startAgain } from '../support/certd-process.ts';
import { canBeOtherUsers } from '../support/other-users.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Only scripts/in-netns has them for sure. */
const users = { certd: user('certd'), reader: user('certd-reader'), other: user('certd-app') };

function user(name: string) {
  return userIn('/etc/passwd', name);
}

const areKnown = Object.values(users).every(found => found !== null);

describe.runIf(canBeOtherUsers() && areKnown)(
  'what root types, where issuer/ belongs to the user certd',
  () => {
    const certd = users.certd ?? { uid: -1, gid: -1 };
    let stack: Stack;
    beforeAll(async () => {
      stack = await startStack();
      chownSync(stack.nginx.webroot, certd.uid, certd.gid);
    });
    afterAll(() => stack.stop());

    /** A state directory as packages make it. */
    async function split(name: string): Promise<CertdCommands> {
      const commands = await certdAt(join(stack.dir, name), nginxConfig(stack, [`${name}.certd.test`]));
      const issuer = join(commands.stateDir, 'issuer');
      mkdirSync(commands.stateDir, { mode: 0o755 });
      mkdirSync(issuer, { mode: 0o700 });
      chownSync(issuer, certd.uid, certd.gid);
      return commands;
    }

    /** Who owns what is below a directory. */
    function ownersOf(directory: string): readonly number[] {
      const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      return [...new Set(paths.map(path => statSync(join(directory, path)).uid))];
    }

    test('`certd renew` orders as certd: all that it makes is his, and the webroot is written as him', async () => {
      const commands = await split('renewed');
      const { code, stdout, stderr } = await commands.command('renew');
      expect(stderr).toBe('');
      // Nobody deploys here, so that it waits in vain for what comes of it.
      expect({ code, stdout }).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('handed to the deployer'),
      });
      expect(readdirSync(commands.stateDir)).toEqual(['issuer']);
      expect(ownersOf(commands.stateDir)).toEqual([certd.uid]);
      expect(ownersOf(stack.nginx.webroot)).toEqual([certd.uid]);
      expect(await commands.command('account', 'show')).toMatchObject({ code: 0, stderr: '' });
      expect(await commands.command('deploy')).toMatchObject({ code: 0 });
      expect(await commands.command('revoke', 'renewed.certd.test', '--no-replace')).toMatchObject({
        code: 0,
      });
      expect(ownersOf(join(commands.stateDir, 'issuer'))).toEqual([certd.uid]);
      expect(statSync(commands.liveDir('renewed.certd.test')).uid).toBe(0);
    });

    test('`certd run` is certd’s in every thread, with no way back, and its runtime directory is his', async () => {
      const commands = await split('running');
      const daemon = await startAgain(commands, { words: ['--deploy=external'] });
      const pid = daemon.process.pid;
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
        const field = (key: string) => new RegExp(`^${key}:\\s*(.*?)\\s*$`, 'm').exec(status)?.[1];
        expect(field('Uid')?.split(/\s+/)).toEqual(Array(4).fill(`${certd.uid}`));
        expect(field('Gid')?.split(/\s+/)).toEqual(Array(4).fill(`${certd.gid}`));
        expect(field('Groups')?.split(/\s+/)).toEqual([`${certd.gid}`]);
        for (const capabilities of ['CapPrm', 'CapEff', 'CapAmb'])
          expect(field(capabilities)).toMatch(/^0+$/);
      }
      expect(statSync(commands.runtimeDir)).toMatchObject({ uid: certd.uid, gid: certd.gid });
      await daemon.stop();
    });

    test('a member of the group certd has the status through the socket, somebody else is sent to root', async () => {
      const commands = await split('readers');
      const daemon = await startAgain(commands, { words: ['--deploy=external'] });
      expect(await daemon.command('renew')).toMatchObject({
        stdout: expect.stringContaining('handed to the deployer'),
      });
      const member = await statusAs(users.reader, commands);
      expect(member).toMatchObject({ stderr: '', stdout: expect.stringContaining('readers.certd.test') });
      expect(member.code).toBeLessThan(3);
      const json = await statusAs(users.reader, commands, '--json');
      expect(JSON.parse(json.stdout)).toMatchObject({ source: 'daemon' });
      const other = await statusAs(users.other, commands);
      expect(other).toMatchObject({ code: 3, stdout: '' });
      expect(other.stderr).toMatch(/permission-denied: .*; run as root/);
      await daemon.stop();
      const without = await statusAs(users.reader, commands);
      expect(without).toMatchObject({ code: 3, stdout: '' });
      expect(without.stderr).toMatch(/permission-denied: .*; run as root/);
    });

    test('it is done by nobody where root’s rights cannot be given up', async () => {
      const commands = await split('stuck');
      // With it root’s capabilities outlive a change of user (capabilities(7)).
      const argv = ['--securebits', '+no_setuid_fixup', '--', ...commandLine(commands, 'renew')];
      const { code, stderr } = await run('setpriv', argv);
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('drop-failed') });
      expect(readdirSync(join(commands.stateDir, 'issuer'))).toEqual([]);
    });

    test('where issuer/ is somebody else’s, root is told whose', async () => {
      const commands = await split('foreign');
      chownSync(join(commands.stateDir, 'issuer'), users.other?.uid ?? -1, 0);
      expect(await commands.command('renew')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          `belongs to user ${users.other?.uid}, and certd runs as user 0: run it as that user`,
        ),
      });
      expect(readdirSync(join(commands.stateDir, 'issuer'))).toEqual([]);
    });

    test('where there is no issuer/ yet, root stays root, and all is his', async () => {
      const commands = await split('fresh');
      rmSync(commands.stateDir, { recursive: true });
      expect(await commands.command('renew')).toMatchObject({ code: 0, stderr: '' });
      expect(ownersOf(commands.stateDir)).toEqual([0]);
    });

    function statusAs(who: { uid: number } | null | undefined, commands: CertdCommands, ...words: string[]) {
      const as = [`--reuid=${who?.uid}`, `--regid=${who?.uid}`, '--init-groups', '--'];
      return run('setpriv', [...as, ...commandLine(commands, 'status', ...words)]);
    }
  },
);

function commandLine({ flags }: CertdCommands, ...words: string[]): string[] {
  return [process.execPath, join(import.meta.dirname, '../../dist/certd.js'), ...words, ...flags];
}

function run(program: string, argv: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve, reject) => {
    execFile(program, argv, { encoding: 'utf8', timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}
