import { open, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { systemErrorOf } from '../../core/errors.ts';
import { orNull } from '../../host/or-null.ts';

/** `off`: the kernel has SELinux not, has it switched off, or does not show it here, as in most containers. */
type SelinuxMode = 'off' | 'permissive' | 'enforcing' | 'unknown';

/** Whether a process with the label `source` may do all of this with what has the label `target`. */
type PolicyQuestion = {
  readonly source: string;
  readonly target: string;
  readonly class: 'dir' | 'lnk_file' | 'file';
  readonly permissions: readonly string[];
};

/** `logged`: it is refused, and happens all the same, since what the process may do is not enforced. */
export type PolicyAnswer = 'allowed' | 'refused' | 'logged' | 'unknown';

/** What applies on this host. `selinuxfs`: a directory like `/sys/fs/selinux`. */
export async function selinuxMode(selinuxfs: string): Promise<SelinuxMode> {
  try {
    const text = (await readFile(posix.join(selinuxfs, 'enforce'), 'latin1')).trim();
    return text === '1' ? 'enforcing' : text === '0' ? 'permissive' : 'unknown';
  } catch (thrown) {
    const errno = systemErrorOf(thrown)?.code;
    if (errno === undefined) throw thrown;
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? 'off' : 'unknown';
  }
}

/** As the kernel itself says it; unknown where it may not be asked, or knows a label, class or permission not. */
export async function askPolicy(question: PolicyQuestion, selinuxfs: string): Promise<PolicyAnswer> {
  const place = posix.join(selinuxfs, 'class', question.class);
  const [index, ...bits] = await Promise.all([
    numberIn(posix.join(place, 'index')),
    ...question.permissions.map(name => numberIn(posix.join(place, 'perms', name))),
  ]);
  if (index === null || index === undefined) return 'unknown';
  const known = bits.flatMap(bit => bit ?? []);
  if (known.length !== bits.length) return 'unknown';
  const words = `${question.source} ${question.target} ${index}`;
  const answer = await orNull(() => transaction(posix.join(selinuxfs, 'access'), words));
  return answer === null ? 'unknown' : answerIn(answer, known);
}

/**
 * `text`: in hexadecimal what is allowed and what of it was decided, two fields for the audit, a sequence number, and flags, of
 * which 1 says that the domain is permissive (sel_write_access in the kernel’s security/selinux/selinuxfs.c). `bits`: from 1 on.
 */
export function answerIn(text: string, bits: readonly number[]): PolicyAnswer {
  const word = '([\\da-f]{1,8})';
  const fields = new RegExp(`^${word} ${word} ${word} ${word} \\d+ ${word}$`).exec(text);
  if (fields === null || bits.length === 0 || bits.some(bit => bit < 1 || bit > 32)) return 'unknown';
  const [allowed = 0, decided = 0, , , flags = 0] = fields.slice(1).map(field => Number.parseInt(field, 16));
  const isIn = (vector: number) => (bit: number) => (vector & (1 << (bit - 1))) !== 0;
  if (!bits.every(isIn(decided))) return 'unknown';
  if (bits.every(isIn(allowed))) return 'allowed';
  return (flags & 1) === 1 ? 'logged' : 'refused';
}

/** The answer to a question is read where it was written. */
async function transaction(path: string, question: string): Promise<string> {
  const file = await open(path, 'r+');
  try {
    await file.write(question);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A whole number of at most three digits; null where there is none. */
async function numberIn(path: string): Promise<number | null> {
  const text = (await orNull(() => readFile(path, 'latin1')))?.trim() ?? '';
  return /^\d{1,3}$/.test(text) ? Number(text) : null;
}
