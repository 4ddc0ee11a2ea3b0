import type { DeployVerdict } from '../core/deploy/deploy-verdict.ts';
import { answers } from '../core/host/host-words.ts';
import type { Instant } from '../core/instant.ts';
import type { IssueVerdict } from '../core/issue/issue-verdict.ts';
import type { Verdict } from '../core/plan.ts';
import { relativeText, toRfc3339 } from '../core/text/time-text.ts';

/** What is to be done for one certificate, the order first. */
export function planLines(verdict: Verdict, now: Instant): readonly [string, ...string[]] {
  const { name, issue, askWindow, pending } = verdict;
  const further: string[] = [];
  if (verdict.revoke !== null) {
    further.push(`ask the CA again whether ${verdict.revoke.generation} is revoked`);
  }
  if (askWindow) further.push('ask the CA for its renewal window');
  const url = issue.kind === 'later' ? (issue.moment.window?.explanationUrl ?? null) : null;
  if (url !== null) further.push(`the CA says why it has this window: ${url}`);
  const deploy = deployText(verdict, now);
  if (deploy !== null) further.push(deploy);
  if (verdict.look) further.push('look what its endpoints present');
  if (pending.length > 0) {
    further.push(`at the next renewal, or now with \`certd renew ${name}\`: ${pending.join('; ')}`);
  }
  return [issueText(verdict, now), ...further];
}

function issueText({ name, issue }: Verdict, now: Instant): string {
  switch (issue.kind) {
    case 'now':
      return `order now (${issue.reason.code}): ${issue.reason.text}`;
    case 'held': {
      return `order ${when(issue.until, now)} (${issue.reason.code}, ${holderText(issue)})`;
    }
    case 'later':
      return `renew ${when(issue.moment.renewAt, now)} (${issue.moment.source})`;
    case 'asks':
      return `no order (${issue.reason.code}): ${issue.reason.text}, and somebody must say what is so: ${answers}`;
    case 'revoked': {
      const { generation, reason } = issue.revocation;
      return `no order: ${generation} is revoked (${reason}) and not to be replaced; \`certd renew ${name} --force\` orders anew`;
    }
    case 'blocked':
      return `nothing: ${issue.message}`;
  }
}

function holderText({ by, begun }: Extract<IssueVerdict, { kind: 'held' }>): string {
  if (by === 'ca') return 'the CA asks to wait';
  if (by === 'limit') return 'the last of five orders in seven days is spared';
  return begun ? 'an attempt is under way or was cut short' : 'backing off';
}

function deployText({ name, deploy }: Verdict, now: Instant): string | null {
  switch (deploy.kind) {
    case 'now':
      return `deploy ${deploy.id} now`;
    case 'held':
      return `deploy ${deploy.id} ${when(deploy.until, now)} (${heldText(name, deploy)})`;
    case 'none':
    case 'blocked':
      return null;
  }
}

function heldText(name: string, { by }: Extract<DeployVerdict, { kind: 'held' }>): string {
  return by === 'window' ? `held for its window; \`certd deploy ${name}\` does not wait` : 'backing off';
}

function when(at: Instant, now: Instant): string {
  return `${relativeText(at, now)}, ${toRfc3339(at)}`;
}
