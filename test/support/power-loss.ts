import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Disk, Owner } from '../../src/core/ports.ts';
import { heldPath } from './held-path.ts';

type Node =
  | { kind: 'file'; bytes: Uint8Array; mode: number; owner: Owner }
  | { kind: 'link'; target: string }
  | { kind: 'dir'; mode: number; now: Map<string, Node>; durable: Map<string, Node> };
type Dir = Extract<Node, { kind: 'dir' }>;

/**
 * A disk that also keeps a model of what a power loss would leave: a name is durable only once its
 * directory was synced after it was made, moved or removed; a file's bytes once `writeNew` has returned.
 * This is stricter than ext4 or xfs, which commit names in order. A rename is one step: durable for both
 * directories as soon as either is synced.
 */
export function powerLossDisk(real: Disk, root: string): { disk: Disk; leave(to: string): void } {
  const top = load(root);
  const moves: { from: Dir; fromName: string; to: Dir; toName: string; node: Node }[] = [];
  const dirOf = (named: string): Dir => {
    const path = heldPath(named);
    const relative = path.slice(root.length).split('/').filter(Boolean);
    let found: Node = top;
    for (const part of relative) {
      const next: Node | undefined = found.kind === 'dir' ? found.now.get(part) : undefined;
      if (next === undefined) throw new Error(`the model has no ${path}`);
      found = next;
    }
    if (found.kind !== 'dir') throw new Error(`${path} is no directory in the model`);
    return found;
  };
  const inside = (path: string) => heldPath(path).startsWith(`${root}/`);
  const put = (path: string, node: Node) => dirOf(dirname(path)).now.set(basename(path), node);
  const drop = (path: string) => dirOf(dirname(path)).now.delete(basename(path));
  const disk: Disk = {
    makeDir: async (path, mode) => {
      await real.makeDir(path, mode);
      if (inside(path)) put(path, { kind: 'dir', mode, now: new Map(), durable: new Map() });
    },
    writeNew: async (path, bytes, mode, owner) => {
      await real.writeNew(path, bytes, mode, owner);
      const { uid, gid } = owner ?? lstatSync(path);
      const node = { kind: 'file', bytes: Uint8Array.from(bytes), mode, owner: { uid, gid } } as const;
      if (inside(path)) put(path, node);
    },
    append: real.append,
    rename: async (from, to) => {
      await real.rename(from, to);
      if (!inside(from)) return;
      const source = dirOf(dirname(from));
      const node = source.now.get(basename(from));
      if (node === undefined) throw new Error(`the model has no ${from}`);
      const target = dirOf(dirname(to));
      source.now.delete(basename(from));
      target.now.set(basename(to), node);
      moves.push({ from: source, fromName: basename(from), to: target, toName: basename(to), node });
    },
    symlink: async (target, path) => {
      await real.symlink(target, path);
      put(path, { kind: 'link', target });
    },
    unlink: async path => {
      await real.unlink(path);
      if (inside(String(path))) drop(String(path));
    },
    removeDir: async path => {
      await real.removeDir(path);
      if (inside(String(path))) drop(String(path));
    },
    syncDir: async path => {
      await real.syncDir(path);
      if (heldPath(path) !== root && !inside(path)) return;
      const synced = dirOf(path);
      synced.durable = new Map(synced.now);
      for (const move of moves.filter(({ from, to }) => from === synced || to === synced)) {
        if (move.from.now.get(move.fromName) !== move.node) move.from.durable.delete(move.fromName);
        if (move.to.now.get(move.toName) === move.node) move.to.durable.set(move.toName, move.node);
        moves.splice(moves.indexOf(move), 1);
      }
    },
  };
  return { disk, leave: to => materialize(top, to) };
}

/** What is there before the program starts counts as durable. */
function load(path: string): Dir {
  const entries = new Map<string, Node>();
  for (const name of readdirSync(path)) entries.set(name, loadNode(join(path, name)));
  return { kind: 'dir', mode: lstatSync(path).mode & 0o777, now: entries, durable: new Map(entries) };
}

function loadNode(path: string): Node {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return { kind: 'link', target: readlinkSync(path) };
  if (found.isDirectory()) return load(path);
  const { uid, gid } = found;
  return { kind: 'file', bytes: readFileSync(path), mode: found.mode & 0o777, owner: { uid, gid } };
}

function materialize(directory: Dir, to: string): void {
  mkdirSync(to, { mode: directory.mode });
  for (const [name, node] of directory.durable) {
    const path = join(to, name);
    if (node.kind === 'dir') materialize(node, path);
    else if (node.kind === 'link') symlinkSync(node.target, path);
    else {
      writeFileSync(path, node.bytes, { mode: node.mode });
      chownSync(path, node.owner.uid, node.owner.gid);
    }
  }
}
