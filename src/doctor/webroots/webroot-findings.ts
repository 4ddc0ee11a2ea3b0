import { posix } from 'node:path';
import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import type { ChallengeOutcome } from '../sites/challenge-answer.ts';
import type { ServerKind } from '../sites/site.ts';

/** What one site does with the tokens of a webroot. Paths are without symlinks where they can be followed. */
export type WebrootAnswer = {
  readonly server: ServerKind;
  /** `file:line` */
  readonly place: string;
  /** The names that use the webroot and that this site answers for. */
  readonly domains: readonly string[];
  /** As configured. */
  readonly webroot: string;
  /** The directory in which certd puts a token. */
  readonly written: string;
  readonly outcome: ChallengeOutcome;
  /** Whether a CA that asks for these names comes to this site at all, as far as name servers and addresses tell. */
  readonly isSure: boolean;
  /** The directory in which the server looks for it; null where it looks for no file. */
  readonly served: string | null;
  /** A file that may change the answer, and that doctor does not read. */
  readonly htaccess: string | null;
};

/** Names for which no server that could be read answers on port 80. `words`: what is known of the port. */
type Unanswered = { readonly domains: readonly string[]; readonly words: string };

/** Whether web servers serve what certd writes into the webroots. */
export function webrootFindings(
  answers: readonly WebrootAnswer[],
  { domains, words }: Unanswered,
): readonly Finding[] {
  return [
    ...answers.map(answerFinding),
    ...(domains.length === 0 ? [] : [finding('unknown', someOf(domains), words)]),
  ];
}

/** As of a site for IPv6 where nobody asked whether the name has such an address. */
const doubt = 'whether a CA comes in at the address that this site listens on is not known';

function answerFinding(answer: WebrootAnswer): Finding {
  const { outcome, webroot, served, written, htaccess, isSure } = answer;
  const say = (status: FindingStatus, message: string, cure?: string) =>
    isSure || status === 'ok'
      ? finding(status, subjectOf(answer), message, cure)
      : finding('unknown', subjectOf(answer), `${message}; ${doubt}`, cure);
  switch (outcome.kind) {
    case 'file':
      if (served !== written) {
        const words = `it looks for the CA’s files in ${served ?? posix.dirname(outcome.path)}, but certd puts them into ${written}`;
        return say('critical', words, pointAt(answer));
      }
      if (htaccess !== null) return say('unknown', `${htaccess} may change what it does, and was not read`);
      return say('ok', `it serves what certd puts into ${webroot}`);
    case 'redirect':
      return say(
        'warning',
        `${outcome.place} sends the CA on to ${outcome.to}: that works only while something answers there`,
        exempt(answer),
      );
    case 'refused':
      return say('critical', `the CA gets no file: ${outcome.words}`, exempt(answer));
    case 'unclear':
      return say('unknown', outcome.words);
  }
}

function pointAt({ server, webroot }: WebrootAnswer): string {
  const lines = linesOf(server, webroot);
  return `Write ${lines} into that site, or set the certificate’s challenge to { webroot: … } with the directory that is served.`;
}

function exempt({ server, webroot }: WebrootAnswer): string {
  return `Answer the CA before that rule: write ${linesOf(server, webroot)} into that site, and move the rule into a location of its own where it stands outside of all.`;
}

function linesOf(server: ServerKind, webroot: string): string {
  const path = '/.well-known/acme-challenge/';
  return server === 'apache'
    ? `Alias ${path} ${posix.join(webroot, path)} and RewriteRule ^${path} - [END]`
    : `location ^~ ${path} { root ${webroot}; }`;
}

function subjectOf({ server, place, domains }: WebrootAnswer): string {
  return `${server} ${place} (${someOf(domains)})`;
}

function someOf([first, ...others]: readonly string[]): string {
  return `${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

function finding(status: FindingStatus, subject: string, message: string, cure?: string): Finding {
  const usual = checks['webroot-served'].cure;
  return {
    check: 'webroot-served',
    status,
    subject,
    message,
    cure: status === 'ok' ? null : (cure ?? usual),
  };
}
