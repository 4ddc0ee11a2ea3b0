import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `output`: of both streams. */
type Answer = { readonly code: number; readonly output: string };

/** Debian 12 with systemd and nginx on a kernel of its own, on which SELinux is enforced. It has no network. */
export type SelinuxHost = {
  /** Runs lines of shell as a service that no policy confines. */
  run(script: string): Promise<Answer>;
  /** Its output; throws unless it ends with exit code 0. */
  succeed(script: string): Promise<string>;
  /** Ends every process of it. Repeatable. */
  stop(): Promise<void>;
};

const maker = join(import.meta.dirname, '../../../scripts/selinux-image');

/**
 * Boots a copy of the disk. `place` writes what else is to be on it into a directory; it comes there after the boot, labelled like
 * everything that is made where no rule of the policy is asked.
 */
export async function startSelinuxHost(place: (root: string) => void): Promise<SelinuxHost> {
  const image = execFileSync(maker, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const dir = await mkdtemp(join(tmpdir(), 'certd-selinux-'));
  mkdirSync(join(dir, 'files'));
  place(join(dir, 'files'));
  execFileSync('tar', ['--create', '--file', join(dir, 'files.tar'), '--directory', join(dir, 'files'), '.']);
  const log = openSync(join(dir, 'console.log'), 'a');
  const host = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...kernel(image, dir)], {
    stdio: ['pipe', 'pipe', log],
    env: { PATH: '/usr/sbin:/usr/bin', HOME: dir, TMPDIR: dir },
  });
  const ended = new Promise<never>((_, reject) => {
    host.once('error', reject);
    host.once('exit', () =>
      reject(new Error(`the host ended:\n${readFileSync(join(dir, 'console.log'), 'utf8').slice(-4000)}`)),
    );
  });
  ended.catch(() => {});
  const line = linesOf(host);
  const run = async (script: string): Promise<Answer> => {
    host.stdin?.write(`${Buffer.from(script).toString('base64')}\n`);
    const [code, output = ''] = (await Promise.race([line(), ended])).split(' ');
    return { code: Number(code), output: Buffer.from(output, 'base64').toString() };
  };
  const stop = async () => {
    if (host.exitCode === null && host.signalCode === null) {
      host.kill('SIGKILL');
      await ended.catch(() => {});
    }
    rmSync(dir, { recursive: true, force: true });
  };
  const succeed = async (script: string) => {
    const { code, output } = await run(script);
    if (code !== 0) throw new Error(`${script}: ${code}: ${output}`);
    return output;
  };
  try {
    const first = await Promise.race([line(), ended]);
    if (first !== 'ready') throw new Error(`the host says ${first}`);
    await succeed('ip link set lo up; tar --extract --no-same-owner --file /dev/ubdb --directory /');
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { run, succeed, stop };
}

/** In a process namespace, so that no process of it outlives it. What is written to its disk goes into a file of its own. */
function kernel(image: string, dir: string): string[] {
  return [
    ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', join(image, 'kernel')],
    ...['mem=1G', `uml_dir=${dir}`, 'lsm=selinux', 'enforcing=1'],
    ...[`ubd0=${join(dir, 'written')},${join(image, 'disk')}`, `ubd1r=${join(dir, 'files.tar')}`],
    ...['root=/dev/ubda', 'rootfstype=ext4', 'rw'],
    ...['con=null', 'con0=null,fd:2', 'ssl=null', 'ssl0=fd:0,fd:1'],
  ];
}

/** Each call waits for one more line of what it writes. */
function linesOf(host: ChildProcess): () => Promise<string> {
  if (host.stdout === null) throw new Error('the host has no output');
  const all = createInterface({ input: host.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = all[Symbol.asyncIterator]();
  return async () => {
    const next = await lines.next();
    if (next.done === true) throw new Error('the host says nothing any more');
    return next.value.trim();
  };
}
