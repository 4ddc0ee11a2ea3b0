import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Outcome } from '../booted/run-inside.ts';
import type { StillHost } from '../booted/still-host.ts';
import { root } from '../source-tree.ts';
import { waitUntil } from '../wait-until.ts';
import { execForm, type Instruction } from './containerfile.ts';
import { mountsOf, type TaskDefinition } from './ecs.ts';

export type Container = {
  /** What is process 1 in it has this number on the instance. */
  readonly pid: number;
  run(...argv: readonly string[]): Promise<Outcome>;
  log(): Promise<string>;
  /** The end of process 1 by a signal, and what it ended with. */
  stop(signal: string): Promise<number>;
};

const starter = '/start-container.sh';

/**
 * Does to a Debian 12 what the instructions do to debian:bookworm-slim. There is no net: what apt-get would install has to be
 * there already.
 */
export async function buildImage(
  host: StillHost,
  instructions: readonly Instruction[],
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const { keyword, rest } of instructions) {
    const [from = '', to = ''] = rest.split(' ');
    if (keyword === 'RUN') await runStep(host, rest);
    else if (keyword === 'ADD')
      execFileSync('tar', ['-xJf', files[from] ?? '', '-C', host.at(to), '--no-same-owner']);
    else if (keyword === 'COPY') copyFileSync(files[from] ?? '', host.at(to));
    else if (keyword === 'FROM' && rest !== 'debian:bookworm-slim') throw new Error(`FROM ${rest}`);
    else if (!['FROM', 'ARG', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'].includes(keyword)) throw new Error(keyword);
  }
  copyFileSync(join(root, 'test/support/ready-made/start-container.sh'), host.at(starter));
}

async function runStep(host: StillHost, command: string): Promise<void> {
  const packages =
    /^apt-get update && apt-get install --yes --no-install-recommends ([a-z -]+) && rm -rf \S+$/.exec(
      command,
    );
  if (packages === null) await host.succeed('sh', '-c', command);
  else await host.succeed('dpkg-query', '--show', ...(packages[1] ?? '').split(' '));
}

/** As Amazon ECS starts the one container of a task, on an instance whose files lie below /instance. `secrets`: by their names. */
export async function startTask(
  host: StillHost,
  task: TaskDefinition,
  command: readonly string[],
  secrets: Readonly<Record<string, string>> = {},
): Promise<Container> {
  const [{ name, linuxParameters, secrets: wanted = [] }] = task.containerDefinitions;
  const mounts = mountsOf(task).flatMap(each => [
    each.readOnly ? '--bind-read-only' : '--bind',
    `/instance${each.host}:${each.container}`,
  ]);
  const memory = (linuxParameters?.tmpfs ?? []).flatMap(({ size, containerPath }) => [
    '--tmpfs',
    `size=${size}m:${containerPath}`,
  ]);
  const added = (linuxParameters?.capabilities.add ?? []).map(each => `,+${each.toLowerCase()}`).join('');
  const limits =
    linuxParameters === undefined ? [] : ['setpriv', `--bounding-set=-all${added}`, '--inh-caps=-all'];
  const env = wanted.map(each => `${each.name}=${secrets[each.name] ?? ''}`);
  const log = `/${name}.log`;
  const words = [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    starter,
    ...mounts,
    ...memory,
  ];
  const inner = ['env', '-i', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin', ...env, ...limits, ...command];
  // Its end is written down by the one who waits for it.
  const wrapper = `rm -f ${log}.end; { setsid "$@" >${log} 2>&1; echo $? >${log}.end; } >/dev/null 2>&1 & echo $!`;
  const pid = Number(await host.succeed('sh', '-c', wrapper, 'sh', ...words, ...inner));
  return containerOf(host, pid, log);
}

async function containerOf(host: StillHost, waiter: number, log: string): Promise<Container> {
  const child = async (of: number) =>
    Number((await host.run(['pgrep', '--parent', String(of)])).stdout) || null;
  const read = async (file: string) => (await host.run(['cat', file])).stdout;
  const find = async () => {
    const pid = await child((await child(waiter)) ?? 0);
    if (pid === null) throw new Error(await read(log));
    const started = (await host.run(['readlink', `/proc/${pid}/root`])).stdout.trim() === '/box';
    return started ? pid : null;
  };
  const pid = await waitUntil('the container has started', find, 10_000);
  const enter = ['nsenter', `--target=${pid}`, '--mount', '--pid', '--root', '--wd=/'];
  return {
    pid,
    run: (...argv) => host.run([...enter, '--', ...argv]),
    log: () => read(log),
    stop: async signal => {
      await host.succeed('kill', `-${signal}`, String(pid));
      const ended = async () => (await read(`${log}.end`)).trim() || null;
      return Number(await waitUntil('the container has ended', ended, 20_000));
    },
  };
}

/** What the image runs when nothing else is said. */
export function usualCommand(instructions: readonly Instruction[]): string[] {
  return [...execForm(instructions, 'ENTRYPOINT'), ...execForm(instructions, 'CMD')];
}

/** The files that the instructions name, by their names. */
export function filesByName(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map(path => [basename(path), path]));
}
