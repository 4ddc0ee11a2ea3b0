import type { Target } from '../core/model.ts';
import { type CheckName, checks } from './checks.ts';
import { endpointFindings } from './endpoint-findings.ts';
import type { Finding, FindingStatus } from './finding.ts';
import { isPlainPath, ownerOfPath, type SeenHost } from './host/seen-host.ts';
import type { ServerLook } from './sites/site.ts';
import { siteFindings } from './sites/site-findings.ts';

/** Everything that follows from what was seen of a host’s servers. */
export function findingsOf(host: SeenHost): readonly Finding[] {
  const sites = host.looks.flatMap(look => (look.kind === 'read' ? look.sites : []));
  return [
    ...privileges(host),
    ...host.looks.flatMap(look => serverFindings(look, host)),
    ...sites.flatMap(site => siteFindings(site, host)),
    ...host.targets.map(target => useFinding(target, host)),
    ...endpointFindings(host),
  ];
}

function privileges({ isRoot }: SeenHost): readonly Finding[] {
  if (isRoot) return [];
  const message = 'not run as root: keys, and servers that root runs, may not be seen';
  return [finding('privileges', 'unknown', 'doctor', message)];
}

function serverFindings(look: ServerLook, { isRoot }: SeenHost): readonly Finding[] {
  const { server } = look;
  switch (look.kind) {
    case 'absent':
      if (isRoot) return [finding('server-config', 'ok', server, 'is not installed')];
      // The program of a process of somebody else is not shown (proc_pid_exe(5)).
      return [finding('server-config', 'unknown', server, 'was not found; one that runs may be hidden')];
    case 'failed':
      return [finding('server-config', 'unknown', server, `its configuration cannot be read: ${look.words}`)];
    case 'read': {
      const count = look.sites.length;
      const words = `its configuration was read: ${count} TLS ${count === 1 ? 'site' : 'sites'}`;
      const read = finding('server-config', 'ok', server, words);
      return [read, ...look.gaps.map(gap => finding('server-config', 'unknown', server, gap))];
    }
  }
}

function useFinding(target: Target, host: SeenHost): Finding {
  const { name, deploy } = target;
  const servers = host.looks.filter(look => look.kind !== 'absent');
  const users = servers.filter(
    look =>
      look.kind === 'read' &&
      look.sites.some(({ certificates }) =>
        certificates.some(({ certificate }) => ownerOfPath(certificate, host)?.name === name),
      ),
  );
  const used = (status: FindingStatus, message: string) => finding('certificate-used', status, name, message);
  if (users.length > 0) return used('ok', `is used by ${users.map(({ server }) => server).join(', ')}`);
  if (deploy.verify.length > 0) return used('ok', 'no web server reads it; its endpoints are declared');
  if (servers.length > 0 && servers.every(isSeenWhole)) {
    return used('warning', 'no web server of this host reads it');
  }
  return used('unknown', 'no server that could be read uses it');
}

function isSeenWhole(look: ServerLook): boolean {
  if (look.kind !== 'read' || look.gaps.length > 0) return false;
  return look.sites.every(({ certificates }) => certificates.every(each => isPlainPath(each.certificate)));
}

function finding(check: CheckName, status: FindingStatus, subject: string, message: string): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : checks[check].cure };
}
