import type { Instant } from '../core/instant.ts';
import { plainText } from '../core/text/plain-text.ts';
import type { RevokeAnswer } from '../daemon/run-revoke.ts';
import { renewLines } from './renew-lines.ts';
import { wrap } from './wrap.ts';

/** What `certd revoke` prints: what became of the old certificate, and of the new one. */
export function revokeLines(answer: RevokeAnswer, now: Instant, width: number): readonly string[] {
  const { name, replacement } = answer;
  const first = wrap(plainText(`${name}: ${outcome(answer)}`), { width, first: '', next: '    ' });
  if (typeof replacement === 'object') return [...first, ...renewLines(replacement, now, width)];
  return [
    ...first,
    ...wrap(plainText(`${name}: ${whyNot(replacement, name)}`), { width, first: '', next: '    ' }),
  ];
}

function outcome({ name, generation, reason, signed_by, error }: RevokeAnswer): string {
  const words = error === null ? '' : `${error.code}: ${error.message}`;
  if (signed_by === null) {
    return `${generation} is not known to be revoked: ${words}; \`certd revoke ${name}\` asks again`;
  }
  const how = signed_by === 'certificate' ? ', signed by its own key, which counts as compromised' : '';
  const recorded = error === null ? '' : `, but that could not be recorded: ${words}`;
  return `revoked ${generation} (${reason}${how})${recorded}`;
}

function whyNot(replacement: Exclude<RevokeAnswer['replacement'], object>, name: string): string {
  switch (replacement) {
    case 'not-wanted':
      return `nothing takes its place; \`certd renew ${name} --force\` orders a new one`;
    case 'not-newest':
      return 'the newest generation is another one, and stays';
    case 'not-configured':
      return 'nothing takes its place: the configuration does not name it';
  }
}
