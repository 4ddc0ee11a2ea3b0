import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { leafOf, parseCertificate } from '../../src/x509/certificate.ts';
import { type CertdCommands, certdAt } from './certd-process.ts';
import { makeLeaf, type TestCa } from './make-cert.ts';
import { somebody } from './other-users.ts';

const mainDirectory = 'https://main.certd.test/dir';

/** The certificate that is attacked, and an honest one beside it. */
export const victim = 'victim.certd.test';
export const honest = 'honest.certd.test';

type Issue = Parameters<typeof makeLeaf>[1] & {
  readonly by?: TestCa;
  /** What `generation.json` says of where it came from. */
  readonly directory?: string;
  /** Instead of the one that belongs to it. */
  readonly key?: string;
};

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type AttackRoom = Pick<CertdCommands, 'runtimeDir' | 'liveDir'> & {
  readonly root: string;
  readonly decoys: string;
  /** The argv of root's `certd deploy`. */
  readonly argv: readonly string[];
  /** A path below `issuer/`. */
  readonly at: (path: string) => string;
  readonly idsOf: (name: string) => readonly string[];
  /** What the issuer's account puts down for a name. The id is that of its leaf, unless another is asked for. */
  readonly issue: (name: string, counter: string, wish: Issue, id?: string) => Promise<string>;
  /** `outside` as it was. */
  readonly before: readonly string[];
};

/**
 * A split state directory in which root has deployed one generation of two certificates, and the next of the honest one
 * is owed. All below `issuer/` is somebody's. What must not be read is in `decoys`.
 */
export async function attackRoom(ca: TestCa): Promise<AttackRoom> {
  const root = mkdtempSync(join(tmpdir(), 'certd-attack-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  execFileSync('chmod', ['755', root]);
  writeFileSync(join(root, 'roots.pem'), ca.pem);
  const certd = await certdAt(join(root, 'certd'), configuration(root));
  const { runtimeDir, liveDir, flags } = certd;
  const argv = [join(import.meta.dirname, '../../dist/certd.js'), 'deploy', ...flags];
  const places = { root, runtimeDir, liveDir, argv, decoys: join(root, 'decoys') };
  const room = { ...places, ...issuerOf(certd, ca), before: [] };
  mkdirSync(certd.stateDir, { mode: 0o755 });
  mkdirSync(room.at(''), { mode: 0o700 });
  for (const place of ['issued', 'work', 'state', 'revoked', 'attempts', 'requests', 'served'])
    mkdirSync(room.at(place), { mode: 0o700 });
  await room.issue(honest, '0001', { domains: [honest] });
  await room.issue(victim, '0001', { domains: [victim] });
  give(room.at(''));
  expect(await deploy(room, '--owed')).toMatchObject({ code: 0, stderr: '' });
  await room.issue(honest, '0002', { domains: [honest] });
  makeDecoys(room);
  rmSync(join(root, 'hooks'));
  return { ...room, before: outside(room) };
}

function configuration(root: string): string {
  const entry = (name: string) => `  - domains: [${name}]
    challenge: { webroot: ${root} }
    deploy: { hooks: [{ shell: "env | grep ^CERTD_ >> ${join(root, 'hooks')}; : ${name}" }] }
`;
  return `account: { email: ops@certd.test, agree_tos: true }
ca: main
cas:
  main: { directory: "${mainDirectory}", roots: ${join(root, 'roots.pem')} }
certificates:
${entry(honest)}${entry(victim)}`;
}

function issuerOf(certd: CertdCommands, ca: TestCa) {
  const at = (path: string) => join(certd.stateDir, 'issuer', path);
  return {
    at,
    idsOf: (name: string) => readdirSync(at(join('issued', name))).sort(),
    issue: async (name: string, counter: string, wish: Issue, id?: string): Promise<string> => {
      const { by = ca, directory = mainDirectory, key, ...leaf } = wish;
      const { pem, keyPem } = await makeLeaf(by, leaf);
      const digest = leafOf(parseCertificate(pem)).fingerprintSha256.slice(0, 8);
      const path = at(join('issued', name, id ?? `${counter}-${digest}`));
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const files = {
        'privkey.pem': key ?? keyPem,
        'cert.pem': pem,
        'chain.pem': by.pem,
        'fullchain.pem': pem + by.pem,
        'generation.json': JSON.stringify({ schema: 1, ca: 'main', directory }),
      };
      for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
      give(at(join('issued', name)));
      return path;
    },
  };
}

export function give(path: string): void {
  execFileSync('chown', ['-hR', `${somebody.uid}:${somebody.gid}`, path]);
}

/** Things of root's with the names that certd looks for: a whole generation of the victim's, newer than any. */
function makeDecoys({ decoys, at, idsOf }: Pick<AttackRoom, 'decoys' | 'at' | 'idsOf'>): void {
  mkdirSync(decoys, { mode: 0o755 });
  const [id = ''] = idsOf(victim);
  cpSync(at(join('issued', victim, id)), join(decoys, '0009-dec0dec0'), { recursive: true });
  writeFileSync(join(decoys, `${victim}.json`), '{"schema":1}');
  execFileSync('mkfifo', [join(decoys, 'pipe')]);
  execFileSync('chown', ['-R', '0:0', decoys]);
  // Older than the last change, so that the file system notes the next read whatever it does else (relatime).
  for (const path of filesOf(decoys)) lutimesSync(path, 1000, 2000);
}

export function filesOf(directory: string): readonly string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return paths.map(path => join(directory, path)).filter(path => lstatSync(path).isFile());
}

/** Everything outside `issuer/`, but for what the honest certificate and records of failures write. No link is followed. */
export function outside({ root, decoys }: Pick<AttackRoom, 'root' | 'decoys'>): readonly string[] {
  return pathsBelow(root, 'certd/state/issuer')
    .filter(path => !/^certd\/run|^hooks$|\/journal-/.test(path))
    .filter(path => !path.includes(honest) && path !== `certd/state/deploy/${victim}.json`)
    .map(path => `${path} ${described(join(root, path), decoys)}`);
}

function pathsBelow(root: string, but: string, prefix = ''): readonly string[] {
  const entries = readdirSync(join(root, prefix), { withFileTypes: true });
  return entries.flatMap(entry => {
    const path = join(prefix, entry.name);
    return entry.isDirectory() && path !== but ? [path, ...pathsBelow(root, but, path)] : [path];
  });
}

function described(path: string, decoys: string): string {
  const { uid, gid, mode, atimeMs, mtimeMs, size, nlink } = lstatSync(path);
  const facts = `${uid}:${gid} ${mode.toString(8)}`;
  if (lstatSync(path).isSymbolicLink()) return `${facts} -> ${readlinkSync(path)}`;
  if (!lstatSync(path).isFile()) return facts;
  // To read a decoy would be to spoil it.
  if (path.startsWith(decoys)) return `${facts} ${size} read ${atimeMs} written ${mtimeMs}`;
  return `${facts} ${nlink} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

/** What the hooks were told since the attack began. */
export function hooksOf({ root }: Pick<AttackRoom, 'root'>): string {
  const path = join(root, 'hooks');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function live({ liveDir }: Pick<AttackRoom, 'liveDir'>, name: string): string {
  return readlinkSync(liveDir(name)).slice(-13);
}

/** Root's `certd deploy`. Not by `CertdCommands`, which reads all keys, also those that are traps. */
export function deploy({ argv }: Pick<AttackRoom, 'argv'>, ...words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'utf8', timeout: 30_000 } as const;
    execFile(process.execPath, [...argv, ...words], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}
