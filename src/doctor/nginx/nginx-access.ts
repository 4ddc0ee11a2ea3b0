import { type ChallengeOutcome, placeOf, unclear } from '../sites/challenge-answer.ts';
import type { NginxDirective } from './nginx-directives.ts';
import { nginxStrange } from './nginx-harmless.ts';

type Block = readonly NginxDirective[];

/**
 * Whether a CA is let in by blocks that it comes to, from the innermost outwards; null where it is, and nothing stands in them
 * that doctor does not know. Its address is no one’s: what denies all but some denies it. Each list replaces the one
 * around it (ngx_http_access_module, ngx_http_auth_basic_module, `satisfy`).
 */
export function nginxAccess(around: readonly Block[]): ChallengeOutcome | null {
  const isAny = innermost('satisfy', around)[0]?.args[0] === 'any';
  const byAddress = addressVerdict(around);
  const isOpen = isAny && byAddress === 'let in';
  const strange = strangeOf(isOpen ? around.map(withoutLogins) : around);
  // Without a file of passwords nginx asks for none.
  const asks = !isOpen && innermost('auth_basic_user_file', around).length > 0;
  const [login] = asks ? innermost('auth_basic', around) : [];
  const password: ChallengeOutcome | null =
    login === undefined || login.args[0] === 'off'
      ? null
      : { kind: 'refused', words: `${placeOf(login)} wants a password` };
  const refused = (typeof byAddress === 'string' ? null : byAddress) ?? password;
  // With `any`, what is not known may be what lets in.
  return isAny ? (strange ?? refused) : (refused ?? strange);
}

function innermost(name: string, around: readonly Block[]): Block {
  return around.map(block => block.filter(each => each.name === name)).find(each => each.length > 0) ?? [];
}

function withoutLogins(block: Block): Block {
  return block.filter(({ name }) => !name.startsWith('auth_'));
}

function strangeOf(around: readonly Block[]): ChallengeOutcome | null {
  const strange = nginxStrange(around);
  if (strange === null) return null;
  return unclear(`${placeOf(strange)} has ${strange.name}, and doctor does not know whom that lets through`);
}

/** The first rule that fits decides; `nothing`: none does. */
function addressVerdict(around: readonly Block[]): ChallengeOutcome | 'let in' | 'nothing' {
  const rules = around
    .map(block => block.filter(({ name }) => name === 'allow' || name === 'deny'))
    .find(each => each.length > 0);
  const [ipv4, ipv6] = ['0.0.0.0/0', '::/0'].map(every =>
    rules?.find(({ args: [whom = ''] }) => whom === 'all' || whom === every),
  );
  const wide = rules?.find(({ name, args: [whom = ''] }) => name === 'deny' && /\/[0-7]$/.test(whom));
  const denied = [ipv4, ipv6].filter(rule => rule?.name === 'deny');
  const [first] = denied;
  if (denied.length === 2 && first !== undefined)
    return { kind: 'refused', words: `${placeOf(first)} denies it` };
  const some = first ?? (ipv4 === undefined && ipv6 === undefined ? wide : undefined);
  if (some !== undefined) return unclear(`${placeOf(some)} denies ${some.args[0]}`);
  return ipv4 === undefined || ipv6 === undefined ? 'nothing' : 'let in';
}
