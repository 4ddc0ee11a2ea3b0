import { arch, release } from 'node:os';
import { type HostTools, readAll } from '../look.ts';
import { type HostSummary, hostSummary } from './host-summary.ts';

/** What kind of host this is. */
export async function lookAtHost(tools: HostTools): Promise<HostSummary> {
  const [texts, system] = await Promise.all([readAll(releaseFiles, tools, []), tools.systemFacts()]);
  const os = releaseFiles.map(path => prettyName(texts.get(path) ?? '')).find(name => name !== null) ?? null;
  return hostSummary({ os, kernel: release(), arch: arch(), system });
}

const releaseFiles = ['/etc/os-release', '/usr/lib/os-release'];

/** os-release(5): the value may be in quotes, in which a backslash stands before what a shell would read. */
function prettyName(text: string): string | null {
  const [, quoted, plain] = /^PRETTY_NAME=(?:["'](.*)["']|(\S+))\s*$/m.exec(text) ?? [];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? null;
}
