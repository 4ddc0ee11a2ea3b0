import { type HeldPort, heldPorts } from '../../host/held-ports.ts';
import type { Finding } from '../finding.ts';
import type { HostTools } from '../look.ts';
import { challengePort } from '../sites/challenge-answer.ts';
import type { ServerKind } from '../sites/site.ts';
import { labelFinding, type WebrootLabels } from './label-findings.ts';
import { pathLabels, processLabel } from './security-labels.ts';
import { askPolicy, selinuxMode } from './selinux.ts';
import { wayTo } from './way-to.ts';

/** A server that serves a webroot. `directory`: where it looks for what certd puts there, by its own path. */
type Reader = { readonly webroot: string; readonly server: ServerKind; readonly directory: string };

type Tools = Pick<HostTools, 'find' | 'run'>;

/** Directories like these of the kernel. */
type Kernel = { readonly selinuxfs: string; readonly proc: string };

const ownKernel: Kernel = { selinuxfs: '/sys/fs/selinux', proc: '/proc' };

/** Whether SELinux lets each server read what certd puts into each webroot; nothing where it is switched off. */
export async function lookAtLabels(
  readers: readonly Reader[],
  tools: Tools,
  kernel = ownKernel,
): Promise<readonly Finding[]> {
  const mode = await selinuxMode(kernel.selinuxfs);
  if (mode === 'off') return [];
  const held = (await heldPorts(new Set([challengePort]), kernel.proc)) ?? [];
  const distinct = new Map(
    readers.map(({ webroot, server, directory }) => {
      const reader = { webroot, server, directory };
      return [JSON.stringify(reader), reader] as const;
    }),
  );
  return Promise.all(
    [...distinct.values()].map(async reader => {
      const domain = await domainOf(reader.server, held, kernel.proc);
      const steps = domain === null ? null : await stepsOf(domain, reader, tools, kernel.selinuxfs);
      const { webroot, server } = reader;
      return labelFinding({ webroot, server, mode, domain, steps });
    }),
  );
}

const programs: Readonly<Record<ServerKind, readonly string[]>> = {
  nginx: ['nginx'],
  apache: ['apache2', 'httpd'],
  haproxy: ['haproxy'],
};

/** Of those of its processes that have the port; null where they do not all have the same. */
async function domainOf(server: ServerKind, held: readonly HeldPort[], proc: string): Promise<string | null> {
  const own = held.flatMap(({ holders }) =>
    holders.filter(({ program }) => programs[server].includes(program)),
  );
  const labels = new Set(await Promise.all(own.map(({ pid }) => processLabel(pid, proc))));
  const [label = null] = labels;
  return labels.size === 1 ? label : null;
}

const wishes = { dir: ['search'], lnk_file: ['read'], file: ['open', 'read', 'getattr'] } as const;

async function stepsOf(
  domain: string,
  { webroot, directory }: Reader,
  tools: Tools,
  selinuxfs: string,
): Promise<WebrootLabels['steps']> {
  const [root, way] = await Promise.all([wayTo(webroot), wayTo(directory)]);
  // What is not there yet may get any label.
  if (way === null || root?.isWhole !== true) return null;
  // What certd makes in a directory has its label.
  const all = [...way.steps, { path: way.end, class: 'file' } as const];
  const labels = await pathLabels(
    all.map(({ path }) => path),
    tools,
  );
  if (labels === null) return null;
  return Promise.all(
    all.map(async ({ path, class: kind }, index) => {
      const label = labels[index] ?? '';
      const question = { source: domain, target: label, class: kind, permissions: wishes[kind] };
      return { path, label, answer: await askPolicy(question, selinuxfs) };
    }),
  );
}
