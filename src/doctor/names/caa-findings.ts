import { caaRecord } from '../../core/issue/caa-record.ts';
import { firstNames } from '../../core/text/first-names.ts';
import { isAddress } from '../../core/text/ip-address.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { type CaaAnswer, caaAnswer } from './caa.ts';
import { findingsOfVerdicts, type Verdict } from './name-verdicts.ts';
import type { CaaLook, SeenCa, SeenNames } from './seen-names.ts';

/** Whether CAA records let each CA of a certificate issue for its names (RFC 8659, RFC 8657). */
export function caaFindings({ names, targets, cas }: SeenNames): readonly Finding[] {
  if (names === null) return [];
  return targets.flatMap(target =>
    target.cas.flatMap(({ name }, index) => {
      const ca = cas.get(name);
      if (ca === undefined) return [];
      const verdicts = target.domains
        .filter(domain => !isAddress(domain))
        .flatMap(domain => {
          const look = names.get(domain)?.caa ?? null;
          return look === null ? [] : [{ domain, ...verdictOf(domain, look, ca, index === 0) }];
        });
      return findingsOfVerdicts('caa', target, verdicts);
    }),
  );
}

function verdictOf(domain: string, look: CaaLook, ca: SeenCa, isFirst: boolean): Verdict {
  if (look.kind === 'none')
    return { status: 'ok', message: `no CAA record: any CA may issue${advice(ca)}`, cure: null };
  if (look.kind === 'failed') {
    const servfail = look.why === 'SERVFAIL';
    const message = `the CAA records of ${look.at} are not known (${look.why})${servfail ? ', and a CA that gets the same refuses' : ''}`;
    const cure =
      'Look at the zone and its DNSSEC; a name server that knows no CAA has to say that there is none.';
    return { status: servfail ? 'warning' : 'unknown', message, cure };
  }
  const { at, records } = look;
  if (ca.caa === null) {
    const message = `has CAA records at ${at}, and what they call the CA ${ca.name} is not known here`;
    return {
      status: 'unknown',
      message,
      cure: `Compare them with what \`certd account show --ca ${ca.name}\` says.`,
    };
  }
  const accountUrl = ca.account.kind === 'registered' ? ca.account.url : null;
  const answer = caaAnswer(records, { identities: ca.caa.identities, accountUrl });
  return spoken(answer, { at, ca, caa: ca.caa, worst: isFirst ? 'critical' : 'warning', domain });
}

type Spoken = {
  readonly at: string;
  readonly domain: string;
  readonly ca: SeenCa;
  readonly caa: NonNullable<SeenCa['caa']>;
  /** A CA that is asked only where another one fails is no reason for an alarm. */
  readonly worst: FindingStatus;
};

function spoken(answer: CaaAnswer, { at, ca, caa, worst }: Spoken): Verdict {
  const cure = `Add to the zone: ${at}. CAA ${recordFor(ca)}`;
  switch (answer.kind) {
    case 'silent':
      return { status: 'ok', message: `the CAA records at ${at} let any CA issue${advice(ca)}`, cure: null };
    case 'allowed': {
      const who = answer.bound ? `this account of ${ca.name}` : ca.name;
      return {
        status: 'ok',
        message: `the CAA records at ${at} let ${who} issue${answer.bound ? '' : advice(ca)}`,
        cure: null,
      };
    }
    case 'critical-tag': {
      const message = `a CAA record at ${at} has the tag ${JSON.stringify(answer.tag)} and the critical flag: no CA that does not know it may issue`;
      return { status: worst, message, cure: `Remove that record at ${at}, or its flag.` };
    }
    case 'other-ca': {
      const named = answer.named.length === 0 ? 'nobody' : `only ${firstNames(answer.named, 3)}`;
      return { status: worst, message: `the CAA records at ${at} let ${named} issue, not ${ca.name}`, cure };
    }
    case 'other-account':
      return otherAccount(answer.named, { at, ca, caa, worst }, cure);
    case 'other-method': {
      const status = caa.obeysParameters ? worst : 'warning';
      const message = `the CAA records at ${at} let ${ca.name} validate by ${firstNames(answer.named, 3)}, and certd does by http-01`;
      return { status, message, cure: `Add http-01 to \`validationmethods\`, or: ${cure}` };
    }
  }
}

function otherAccount(
  named: readonly string[],
  { at, ca, caa, worst }: Omit<Spoken, 'domain'>,
  cure: string,
): Verdict {
  const whose = `the CAA records at ${at} let only the account ${firstNames(named, 2)} of ${ca.name} issue`;
  if (ca.account.kind === 'unreadable') {
    return {
      status: 'unknown',
      message: `${whose}; the account of this host cannot be read`,
      cure: 'Run doctor as root.',
    };
  }
  const status = caa.obeysParameters ? worst : 'warning';
  if (ca.account.kind === 'none') {
    const first = `For the first order add to the zone: ${at}. CAA ${recordFor(ca)}; \`certd account show\` has the one for the account that it makes.`;
    return { status, message: `${whose}, and this host has none yet`, cure: first };
  }
  return { status, message: `${whose}, and that of this host is another one`, cure };
}

function recordFor(ca: SeenCa): string {
  const url = ca.account.kind === 'registered' ? ca.account.url : null;
  return caaRecord(ca.caa?.identities[0] ?? '', url);
}

/** What would be better, where nothing is wrong. */
function advice(ca: SeenCa): string {
  if (ca.caa === null || ca.account.kind !== 'registered') return '';
  return `; to let only this account: CAA ${recordFor(ca)}`;
}
