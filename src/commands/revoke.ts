import { didYouMean } from '../config/nearest.ts';
import { CertdError } from '../core/errors.ts';
import {
  isForOthers,
  type RevocationReason,
  readReason,
  reasonNames,
} from '../core/revoke/revocation-reason.ts';
import type { RevokeWish } from '../core/revoke/revoke-wish.ts';
import type { RevokeAnswer } from '../daemon/run-revoke.ts';
import { askControl } from './ask-control.ts';
import { dropToIssuer } from './drop-to-issuer.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { isUnfinished } from './renew-lines.ts';
import { revokeLines } from './revoke-lines.ts';
import { screenOf } from './screen.ts';

type Options = Places & {
  readonly reason: string;
  readonly generation?: string;
  /** False with `--no-replace`. */
  readonly replace: boolean;
};

/** `certd revoke`: by the daemon where it runs, else in this process under the same locks. */
export async function revokeCommand(name: string, options: Options): Promise<number> {
  const { generation = null, replace } = options;
  const wish = { name, generation, reason: reasonOf(options.reason), replace };
  dropToIssuer(options);
  const done = progress('waiting for the revocation and the new certificate');
  const answer = await revoke(wish, options).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const lines = revokeLines(answer, Date.now(), width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  const { error, replacement } = answer;
  return error !== null || (typeof replacement === 'object' && isUnfinished(replacement)) ? 1 : 0;
}

function reasonOf(word: string): RevocationReason {
  const reason = readReason(word);
  if (reason !== null) return reason;
  const known = `there are ${reasonNames.join(', ')}`;
  if (isForOthers(word)) throw new CertdError('usage', `\`${word}\` is for the CA to say: ${known}`);
  const near = didYouMean(word, reasonNames) || `: ${known}`;
  throw new CertdError('usage', `no reason is named \`${word}\`${near}`);
}

async function revoke(wish: RevokeWish, places: Places): Promise<RevokeAnswer> {
  const question = { runtimeDir: places.runtimeDir, path: '/revoke', body: wish };
  const answer = await askControl({ ...question, isAnswer: isRevokeAnswer });
  if (answer !== null) return answer;
  const { revokeHere } = await import('./revoke-here.ts');
  return revokeHere(wish, places);
}

function isRevokeAnswer(body: unknown): body is RevokeAnswer {
  return typeof body === 'object' && body !== null && 'generation' in body && 'replacement' in body;
}
