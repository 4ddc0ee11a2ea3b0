import { allChecks, type Look, pendingChanges, type Reason } from '../core/issue/due.ts';
import { renewalMoment, standInOf } from '../core/issue/renewal.ts';
import { withdrawalOf } from '../core/revoke/revocation.ts';
import { when } from './why-words.ts';

/** What each check says, in the order in which they are asked: the first that says yes is the reason. */
export function checkLines(look: Look): readonly string[] {
  const results = allChecks(look);
  const first = results.find(({ reason }) => reason !== null)?.reason;
  return results.map(({ code, reason }) => {
    if (reason === null) return `${code}: no${silentText(code, look)}`;
    return `${code}: yes${reason === first ? '' : ', too'}: ${reason.text}`;
  });
}

/** Why a check is silent, where there is more to say, and how a person makes it speak. */
function silentText(code: Reason['code'], { target, seen, now }: Look): string {
  const newest = seen.issued.at(-1);
  if (newest === undefined) return '';
  const withdrawal = withdrawalOf(newest, seen);
  switch (code) {
    case 'forced':
      return `; \`certd renew ${target.name} --force\` does it`;
    case 'revoked':
      return withdrawal === null ? '' : ': it is, and is not to be replaced';
    case 'configuration-changed': {
      const changes = pendingChanges(target, newest).join('; ');
      return changes === ''
        ? ''
        : `; at the next renewal, or with \`certd renew ${target.name}\`: ${changes}`;
    }
    case 'renewal-due': {
      const { renewAt } = renewalMoment(newest, seen.issuer, target.renewAt, standInOf(seen));
      return withdrawal === null ? `, not before ${when(renewAt, now)}` : '';
    }
    case 'cloned': {
      const { change } = seen.host;
      return change?.phase === 'waiting' ? `, not before ${when(change.renewAt, now)}` : '';
    }
    case 'order-under-way':
    case 'no-certificate':
    case 'domains-added':
      return '';
  }
}
