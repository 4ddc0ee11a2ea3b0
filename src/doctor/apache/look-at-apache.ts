import { basename } from 'node:path';
import { type HostTools, lastWords, programOf, readAll } from '../look.ts';
import type { WebSide } from '../sites/challenge-answer.ts';
import type { ServerLook } from '../sites/site.ts';
import { apacheAnswer } from './apache-challenge.ts';
import { apacheConfiguration } from './apache-configuration.ts';
import type { ApacheDirective } from './apache-directives.ts';
import { apacheDump, filesBelow } from './apache-dump.ts';
import { apacheSites } from './apache-sites.ts';

type Argv = readonly [string, ...string[]];

const dumps = ['-t', '-D', 'DUMP_INCLUDES', '-D', 'DUMP_RUN_CFG', '-D', 'DUMP_MODULES'];

/** The Apache httpd that runs with a configuration of its own, and else the one that is installed. */
export async function lookAtApache(tools: HostTools): Promise<readonly ServerLook[]> {
  const calls = new Map<string, Argv>();
  for (const running of tools.processes.filter(({ program }) => isApache(program))) {
    const own = placesOf(running.argv);
    const program =
      own.length === 0
        ? await usual(tools)
        : await programOf(running, basename(running.argv[0] ?? ''), tools);
    if (program !== null) calls.set([program, ...own].join(' '), [program, ...own]);
  }
  const installed = calls.size === 0 ? await usual(tools) : null;
  if (installed !== null) calls.set(installed, [installed]);
  if (calls.size === 0) return [{ server: 'apache', kind: 'absent' }];
  return Promise.all([...calls.values()].map(argv => look(argv, tools)));
}

function isApache(program: string): boolean {
  return /^(?:apache2|httpd)$/.test(basename(program.replace(/ \(deleted\)$/, '')));
}

/**
 * Debian's configuration needs the environment that apache2ctl sets; elsewhere apachectl may take no arguments, and httpd
 * needs none.
 */
async function usual(tools: HostTools): Promise<string | null> {
  for (const name of ['apache2ctl', 'httpd', 'apachectl', 'apache2']) {
    const found = await tools.find(name);
    if (found !== null) return found;
  }
  return null;
}

function placesOf(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word, index) => {
    const value = argv[index + 1];
    return ['-d', '-f'].includes(word) && value !== undefined ? [word, value] : [];
  });
}

async function look([program, ...words]: Argv, tools: HostTools): Promise<ServerLook> {
  const failed = (said: string): ServerLook => ({ server: 'apache', kind: 'failed', words: said });
  const answer = await tools.run([program, ...words, ...dumps]);
  if (answer.failed !== null) return failed(lastWords(answer));
  const dump = apacheDump(answer.stdout);
  if (dump === null) return failed('its test named no file of a configuration');
  const gaps: string[] = [];
  const texts = await readAll(filesBelow(dump.main), tools, gaps);
  const configuration = apacheConfiguration(dump, texts);
  const sites = apacheSites(configuration, dump.serverRoot);
  const web: WebSide = {
    worker: dump.user,
    answer: (domain, at) => apacheAnswer(configuration, dump.serverRoot, domain, at),
  };
  return { server: 'apache', kind: 'read', sites, gaps: [...gaps, ...macroGaps(configuration)], web };
}

function macroGaps(configuration: readonly ApacheDirective[]): readonly string[] {
  const use = configuration.find(({ name }) => name === 'use');
  return use === undefined ? [] : [`${use.file}:${use.line} uses a macro, which doctor does not follow`];
}
