import { type HostTools, lastWords, programOf } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { nginxWeb } from './nginx-challenge.ts';
import { nginxConfiguration } from './nginx-dump.ts';
import { nginxSites } from './nginx-sites.ts';

const title = 'nginx: master process ';

/** The nginx that run here, each with its own configuration; where none does, the one that is installed. */
export async function lookAtNginx(tools: HostTools): Promise<readonly ServerLook[]> {
  const masters = tools.processes.filter(({ argv }) => argv[0]?.startsWith(title));
  const calls = new Map<string, readonly [string, ...string[]]>();
  for (const master of masters) {
    const program = await programOf(master, 'nginx', tools);
    const argv = [program ?? 'nginx', '-T', ...placesOf(master.argv.join(' '))] as const;
    calls.set(argv.join(' '), argv);
  }
  const installed = calls.size === 0 ? await tools.find('nginx') : null;
  if (installed !== null) calls.set(installed, [installed, '-T']);
  if (calls.size === 0) return [{ server: 'nginx', kind: 'absent' }];
  return Promise.all([...calls.values()].map(argv => look(argv, tools)));
}

/** nginx writes its whole command line into its title, with spaces between the words. */
function placesOf(line: string): readonly string[] {
  const words = line.slice(title.length).split(' ');
  return ['-c', '-p', '-e'].flatMap(flag => {
    const value = words[words.indexOf(flag) + 1];
    return words.includes(flag) && value !== undefined ? [flag, value] : [];
  });
}

async function look(argv: readonly [string, ...string[]], tools: HostTools): Promise<ServerLook> {
  const answer = await tools.run(argv);
  if (answer.failed !== null) return { server: 'nginx', kind: 'failed', words: lastWords(answer) };
  const { directives, prefix } = nginxConfiguration(answer.stdout);
  if (directives.length === 0) {
    return { server: 'nginx', kind: 'failed', words: 'its test printed no configuration' };
  }
  const sites = nginxSites(directives, prefix);
  return { server: 'nginx', kind: 'read', sites, gaps: [], web: nginxWeb(directives) };
}
