import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orNull } from '../../host/or-null.ts';
import type { HostTools } from '../look.ts';

/** The label of SELinux with which a process runs; null where it has ended, may not be looked at, or has none. */
export async function processLabel(pid: number, proc: string): Promise<string | null> {
  const text = await orNull(() => readFile(join(proc, String(pid), 'attr', 'current'), 'latin1'));
  return text === null ? null : labelIn(text);
}

/** That of each path, a symlink not followed; null where one of them cannot be read. */
export async function pathLabels(
  paths: readonly string[],
  tools: Pick<HostTools, 'find' | 'run'>,
): Promise<readonly string[] | null> {
  const stat = await tools.find('stat');
  if (stat === null) return null;
  const { failed, stdout } = await tools.run([stat, '--format=%C', '--', ...paths]);
  const labels = stdout
    .trimEnd()
    .split('\n')
    .flatMap(line => labelIn(line) ?? []);
  return failed === null && labels.length === paths.length ? labels : null;
}

/** `user:role:type:range`: nothing else may get into a question to the kernel, or into a message. */
function labelIn(text: string): string | null {
  const label = text.replace(/[\0\n]+$/, '');
  return /^[\w.-]{1,200}:[\w.-]{1,200}:[\w.-]{1,200}(?::[\w.,:-]{1,1000})?$/.test(label) ? label : null;
}
