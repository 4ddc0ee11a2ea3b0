import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { giveToGroup, socketGroup } from '../../src/daemon/socket-group.ts';
import { openLog } from '../../src/log.ts';
import { root } from '../support/source-tree.ts';
import { ownDir, ownUid } from '../support/state-dir.ts';

const nobody = 65_534;
/** A user that is neither root nor in the group 4242. */
const uid = ownUid === 0 ? nobody : ownUid;
const ownGid = process.getegid?.() ?? 0;

let path: string;
let groupFile: string;
let logged: { readonly code: string; readonly reason: string }[];

beforeEach(() => {
  const dir = ownDir();
  chmodSync(dir, 0o711);
  path = join(dir, 'socket');
  groupFile = join(dir, 'group');
  writeFileSync(path, '');
  writeFileSync(groupFile, `certd:x:4242:\nops:x:4242:\nown:x:${ownGid}:\n`);
  logged = [];
});

const log = openLog({ level: 'warn', style: 'json', write: line => void logged.push(JSON.parse(line)) });

/** Gives the file away as a user without rights. */
function give(configured: string | null): void {
  const group = socketGroup(configured, groupFile);
  if (ownUid === 0) {
    chownSync(path, nobody, ownGid);
    process.seteuid?.(nobody);
  }
  try {
    giveToGroup(path, group, { uid, log });
  } finally {
    if (ownUid === 0) process.seteuid?.(0);
  }
}

it('gives the socket to a group that certd is a member of', () => {
  give('own');
  expect(statSync(path).gid).toBe(ownGid);
  expect(logged).toEqual([]);
});

it('gives away what stands at the path, and nothing that a link there leads to', () => {
  const link = `${path}.link`;
  symlinkSync(`${path}.nothing`, link);
  giveToGroup(link, socketGroup('own', groupFile), { uid: ownUid, log });
  expect(lstatSync(link).gid).toBe(ownGid);
});

it('warns of a configured group that certd may not give it to, and goes on', () => {
  give('ops');
  expect(statSync(path).gid).toBe(ownGid);
  expect(logged).toMatchObject([
    {
      code: 'config-doubtful',
      reason:
        'health.group: the user that runs certd may give nothing to the group ops (under systemd: `certd check-config` prints a drop-in)',
    },
  ]);
});

const canUnshare = spawnSync('unshare', ['-r', 'true']).status === 0;

it.runIf(canUnshare)('does so too in a user namespace that does not know the group, as under systemd', () => {
  const module = (name: string) => JSON.stringify(join(root, 'src', name));
  const script = `import { giveToGroup } from ${module('daemon/socket-group.ts')};
    import { openLog } from ${module('log.ts')};
    const log = openLog({ level: 'warn', style: 'json', write: line => process.stdout.write(line) });
    giveToGroup(${JSON.stringify(path)}, { gid: 4242, configured: 'ops' }, { uid: 0, log });`;
  const args = ['-r', process.execPath, '--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('"code":"config-doubtful"');
  expect(statSync(path).gid).toBe(ownGid);
});

it('says nothing where it is only the usual group', () => {
  give(null);
  expect(statSync(path).gid).toBe(ownGid);
  expect(logged).toEqual([]);
});

it('does without the usual group where the host has none, but not without a configured one', () => {
  writeFileSync(groupFile, 'root:x:0:\n');
  give(null);
  expect(() => socketGroup('ops', groupFile)).toThrow(
    expect.objectContaining({ code: 'config-invalid', message: 'health.group: this host has no group ops' }),
  );
});
