import { basename } from 'node:path';
import { type HostTools, lastWords, programOf, readAll } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { type HaproxyConfiguration, haproxyConfiguration } from './haproxy-binds.ts';
import { haproxyLines } from './haproxy-lines.ts';
import { type HaproxyFiles, haproxySites, haproxyWants } from './haproxy-sites.ts';

const usualFile = '/etc/haproxy/haproxy.cfg';

/** The HAProxy that run here, each with the files that it was started with; where none does, the one that is installed. */
export async function lookAtHaproxy(tools: HostTools): Promise<readonly ServerLook[]> {
  const calls = new Map<string, { program: string; files: readonly string[] }>();
  for (const running of tools.processes.filter(({ program }) => isHaproxy(program))) {
    const program = await programOf(running, 'haproxy', tools);
    const files = filesOf(running.argv);
    if (program !== null) calls.set(files.join(' '), { program, files });
  }
  const installed = calls.size === 0 ? await tools.find('haproxy') : null;
  if (installed !== null) calls.set(usualFile, { program: installed, files: [usualFile] });
  if (calls.size === 0) return [{ server: 'haproxy', kind: 'absent' }];
  return Promise.all([...calls.values()].map(call => look(call, tools)));
}

function isHaproxy(program: string): boolean {
  return basename(program.replace(/ \(deleted\)$/, '')) === 'haproxy';
}

/** What follows each `-f`, and all that follows `--` (haproxy(1)). */
function filesOf(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const named = argv.slice(0, end).filter((_, index) => argv[index - 1] === '-f');
  return [...named, ...argv.slice(end + 1)];
}

async function look(
  { program, files }: { readonly program: string; readonly files: readonly string[] },
  tools: HostTools,
): Promise<ServerLook> {
  const answer = await tools.run([program, '-c', ...files.flatMap(file => ['-f', file])]);
  if (answer.failed !== null) return { server: 'haproxy', kind: 'failed', words: lastWords(answer) };
  const gaps: string[] = [];
  const texts = await readAll(await configurationFiles(files, tools), tools, gaps);
  const configuration = haproxyConfiguration([...texts].flatMap(([path, text]) => haproxyLines(text, path)));
  if (configuration.conditional !== null) {
    gaps.push(`${configuration.conditional} is a condition: all of it was read as if it held`);
  }
  const sites = haproxySites(configuration, await filesBeside(configuration, tools, gaps));
  return { server: 'haproxy', kind: 'read', sites, gaps, web: null };
}

/** Of a directory HAProxy takes the files that end in .cfg, in the order of their names. */
async function configurationFiles(paths: readonly string[], tools: HostTools): Promise<readonly string[]> {
  const all = await Promise.all(
    paths.map(async path => {
      const names = await tools.list(path);
      return names === null ? [path] : names.filter(isConfiguration).map(name => `${path}/${name}`);
    }),
  );
  return all.flat();
}

function isConfiguration(name: string): boolean {
  return name.endsWith('.cfg') && !name.startsWith('.');
}

async function filesBeside(
  configuration: HaproxyConfiguration,
  tools: HostTools,
  gaps: string[],
): Promise<HaproxyFiles> {
  const { directories, crtLists } = haproxyWants(configuration);
  const listed = await Promise.all(directories.map(async path => [path, await tools.list(path)] as const));
  return {
    directories: new Map(listed.flatMap(([path, names]) => (names === null ? [] : [[path, names]]))),
    crtLists: await readAll(crtLists, tools, gaps),
  };
}
