import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import type { ServerKind } from '../sites/site.ts';
import type { PolicyAnswer } from './selinux.ts';

/** What the policy of SELinux says of a server and a webroot that it serves. */
export type WebrootLabels = {
  /** As configured. */
  readonly webroot: string;
  readonly server: ServerKind;
  readonly mode: 'permissive' | 'enforcing' | 'unknown';
  /** The label with which the server runs; null where it could not be read, or is not one. */
  readonly domain: string | null;
  /** What the server goes through, and at the end what certd puts there; null where not all of that could be read. */
  readonly steps: readonly Labelled[] | null;
};

type Labelled = { readonly path: string; readonly label: string; readonly answer: PolicyAnswer };

/** Whether SELinux lets the server read what certd puts into the webroot. */
export function labelFinding({ webroot, server, mode, domain, steps }: WebrootLabels): Finding {
  const unknown = (words: string) => finding('unknown', webroot, words, askAgain);
  if (mode === 'unknown') return unknown('the kernel does not say whether SELinux is enforced');
  if (domain === null) return unknown(`${server} does not run, or its label cannot be read`);
  const last = steps?.at(-1);
  if (steps === null || last === undefined)
    return unknown('it is not there, or a label on the way to it cannot be read');
  const worst = severity.flatMap(answer => steps.filter(step => step.answer === answer))[0];
  if (worst === undefined)
    return finding('ok', webroot, `SELinux lets ${server} read what has the label ${last.label}`, null);
  if (worst.answer === 'unknown')
    return unknown(`the kernel does not say what ${server} (${domain}) may do with ${worst.label}`);
  const words = `${server} (${domain}) may not read what has the label ${worst.label}, as ${worst.path} has`;
  const { cure } = checks['webroot-label'];
  return worst.answer === 'refused' && mode === 'enforcing'
    ? finding('critical', webroot, `SELinux refuses it: ${words}`, cure)
    : finding(
        'warning',
        webroot,
        `SELinux only logs it, and would refuse it once that is enforced: ${words}`,
        cure,
      );
}

/** One refusal is enough, and what is not known may be one. */
const severity = ['refused', 'unknown', 'logged'] as const;

const askAgain =
  'Call `certd doctor` as root while the server runs; `ps -eZ` and `ls -Zd` show the labels, and `getenforce` whether they count.';

function finding(status: FindingStatus, webroot: string, message: string, cure: string | null): Finding {
  return { check: 'webroot-label', status, subject: webroot, message, cure };
}
