import { CertdError } from '../core/errors.ts';
import { type AccountAction, accountActions } from '../core/issue/account-action.ts';
import { type AccountAnswer, type AccountWish, runAccount } from '../daemon/run-account.ts';
import { accountLines } from './account-lines.ts';
import { askControl } from './ask-control.ts';
import { dropToIssuer } from './drop-to-issuer.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { isUnfinished, renewLines } from './renew-lines.ts';
import { screenOf } from './screen.ts';

type Options = Places & { readonly ca?: string; readonly yes?: true; readonly json?: true };

/** `certd account show | rollover | deactivate | keep | replace`: by the daemon where it runs, else in this process under the same locks. */
export async function accountCommand(word: string, options: Options): Promise<number> {
  const action = accountActions.find(name => name === word);
  if (action === undefined) {
    throw new CertdError('usage', `\`certd account ${word}\` is none of ${accountActions.join(', ')}`);
  }
  if (action === 'deactivate' && options.yes !== true) throw new CertdError('usage', unsure(options));
  dropToIssuer(options);
  const done = progress('waiting for the CA');
  const answer = await ask({ action, ca: options.ca ?? null }, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  const lines = options.json
    ? [JSON.stringify(answer, null, 2)]
    : textLines(answer, action, width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  const hasFailed = answer.accounts.some(({ error }) => error !== null);
  return hasFailed || (answer.pass !== null && isUnfinished(answer.pass)) ? 1 : 0;
}

function textLines(answer: AccountAnswer, action: AccountAction, width: number): readonly string[] {
  const pass = answer.pass === null ? [] : renewLines(answer.pass, Date.now(), width);
  return [...accountLines(answer, action, width), ...pass];
}

function unsure({ ca }: Options): string {
  const which = ca === undefined ? 'the account at every CA of the configuration' : `the account at ${ca}`;
  return `this ends ${which} for good (RFC 8555 §7.3.6); certificates stay, and the next order makes a new one. Say --yes to do it`;
}

async function ask(wish: AccountWish, places: Places): Promise<AccountAnswer> {
  const question = { runtimeDir: places.runtimeDir, path: '/account', body: wish };
  const answer = await askControl({ ...question, isAnswer: isAccountAnswer });
  if (answer !== null) return answer;
  const { runHere } = await import('./run-here.ts');
  return runHere(places, ({ config, parts }) => runAccount(config, parts, wish));
}

function isAccountAnswer(body: unknown): body is AccountAnswer {
  return typeof body === 'object' && body !== null && 'accounts' in body && Array.isArray(body.accounts);
}
