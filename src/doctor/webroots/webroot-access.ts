import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import { orNull } from '../../host/or-null.ts';
import { checks } from '../checks.ts';
import type { Examined } from '../examined.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { resolvedPath } from '../host/resolved-path.ts';
import { type HostTools, readAll } from '../look.ts';

/** A server that serves a webroot. `user`: whom its workers run as, where its configuration says so. */
type Reader = { readonly webroot: string; readonly server: string; readonly user: string | null };

type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/** Whether the issuer may write into each webroot, and the workers of the servers may read there. */
export async function accessFindings(
  host: Examined,
  readers: readonly Reader[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  const paths = host.targets.flatMap(({ challenge }) =>
    challenge.kind === 'webroot' ? [challenge.path] : [],
  );
  const accounts = accountsOf((await readAll(['/etc/passwd'], tools, [])).get('/etc/passwd') ?? '');
  const ask = await askerOf(host, tools);
  const writer = await issuerOf(host, accounts);
  const distinct = new Map(readers.map(reader => [`${reader.webroot} ${reader.user}`, reader]));
  return (
    await Promise.all([
      ...[...new Set(paths)].map(path => writerFinding(path, writer, ask)),
      ...[...distinct.values()].map(reader => readerFinding(reader, accounts, ask)),
    ])
  ).flat();
}

/** passwd(5). */
function accountsOf(passwd: string): readonly Account[] {
  return passwd.split('\n').flatMap(line => {
    const [name, , uid, gid] = line.split(':');
    return name === undefined || uid === undefined || gid === undefined
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/** Whether a user may do something with a path; null where it cannot be asked. */
type Ask = (account: Account, may: '-x' | '-w', path: string) => Promise<boolean | null>;

/** As that user, with its groups: modes alone do not say it where there are access control lists. */
async function askerOf({ isRoot }: Examined, tools: HostTools): Promise<Ask> {
  const [setpriv, test] = [await tools.find('setpriv'), await tools.find('test')];
  if (!isRoot || setpriv === null || test === null) return async () => null;
  return async ({ uid, gid }, may, path) => {
    const as = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups'];
    const { failed, stderr } = await tools.run([setpriv, ...as, test, may, path]);
    if (failed === null) return true;
    return failed === 'exit 1' && stderr === '' ? false : null;
  };
}

/** The owner of its directory, and before that is there the user that the package makes for it. */
async function issuerOf({ root }: Examined, accounts: readonly Account[]): Promise<Account | null> {
  const owner = (await orNull(() => lstat(posix.join(root, 'issuer'))))?.uid;
  const named = accounts.find(({ name }) => name === 'certd');
  return owner === undefined ? (named ?? null) : (accounts.find(({ uid }) => uid === owner) ?? null);
}

async function writerFinding(webroot: string, writer: Account | null, ask: Ask): Promise<readonly Finding[]> {
  const resolved = await resolvedPath(webroot);
  const found = await orNull(() => lstat(resolved));
  if (found === null) return [finding('critical', webroot, 'it is not there, and certd does not make it')];
  if (!found.isDirectory()) return [finding('critical', webroot, 'it is not a directory')];
  let deepest = webroot;
  for (const below of ['.well-known', '.well-known/acme-challenge'].map(name => posix.join(webroot, name))) {
    const there = await orNull(() => lstat(below));
    if (there?.isSymbolicLink())
      return [finding('critical', webroot, `${below} is a symlink, which certd does not follow`)];
    if (there !== null) deepest = below;
  }
  if (writer === null)
    return [finding('unknown', webroot, 'it is not known yet which user will write there')];
  const may = writer.uid === 0 ? true : await both(ask(writer, '-x', deepest), ask(writer, '-w', deepest));
  if (may === null)
    return [
      finding('unknown', webroot, `it could not be tried whether ${writer.name} may write into ${deepest}`),
    ];
  if (!may)
    return [finding('critical', webroot, `the issuer, ${writer.name}, may not write into ${deepest}`)];
  return [finding('ok', webroot, `the issuer, ${writer.name}, may write there`)];
}

async function both(...answers: readonly Promise<boolean | null>[]): Promise<boolean | null> {
  const all = await Promise.all(answers);
  return all.includes(false) ? false : all.includes(null) ? null : true;
}

async function readerFinding(
  { webroot, server, user }: Reader,
  accounts: readonly Account[],
  ask: Ask,
): Promise<readonly Finding[]> {
  const account = accounts.find(({ name }) => name === user);
  const whom = `${server}, as ${user},`;
  if (user === null)
    return [finding('unknown', webroot, `which user ${server} reads it as is not in its configuration`)];
  if (account === undefined)
    return [finding('unknown', webroot, `${user}, as which ${server} reads it, is not in /etc/passwd`)];
  const deepest = await deepestThere(posix.join(webroot, '.well-known', 'acme-challenge'));
  const may = account.uid === 0 ? true : await ask(account, '-x', deepest);
  if (may === true) return [finding('ok', webroot, `${whom} may read there`)];
  if (may === null)
    return [finding('unknown', webroot, `it could not be tried whether ${whom} may read there`)];
  const closed = await firstClosed(deepest, path => ask(account, '-x', path));
  return [finding('critical', webroot, `${whom} may not enter ${closed}`)];
}

async function deepestThere(path: string): Promise<string> {
  const resolved = await resolvedPath(path);
  if (resolved === '/' || (await orNull(() => lstat(resolved))) !== null) return resolved;
  return deepestThere(posix.dirname(resolved));
}

/** Of the directories on the way the one that is in the way. */
async function firstClosed(path: string, isOpen: (path: string) => Promise<boolean | null>): Promise<string> {
  const parts = path.split('/').filter(part => part !== '');
  for (const count of parts.keys()) {
    const above = `/${parts.slice(0, count + 1).join('/')}`;
    if ((await isOpen(above)) === false) return above;
  }
  return path;
}

function finding(status: FindingStatus, subject: string, message: string): Finding {
  const { cure } = checks['webroot-access'];
  return { check: 'webroot-access', status, subject, message, cure: status === 'ok' ? null : cure };
}
