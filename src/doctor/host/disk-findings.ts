import { bytesText } from '../bytes-text.ts';
import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import type { Mount } from './mounts.ts';

/** What certd uses a directory for. */
export type DiskUse = 'state' | 'sockets' | 'webroot' | 'output';

/** One directory that certd writes to, and the file system that it lies in, or will lie in once it is made. */
export type DiskPlace = {
  readonly path: string;
  readonly use: DiskUse;
  readonly space: DiskSpace;
  /** Null where the mounts are not known. */
  readonly mount: Mount | null;
};

/** One that could not be looked at, and why, in words. */
export type HiddenPlace = { readonly path: string; readonly fault: string };

type DiskSpace = {
  /** For others than root. */
  readonly freeBytes: number;
  /** Null where the file system makes them as it needs them. */
  readonly freeInodes: number | null;
};

/** One renewal writes less, blocks and journal included; half of it is free again once it is done. */
export const renewalBytes = 256 * 1024;
const renewalInodes = 64;

/** Below that somebody should look, whatever certd itself needs. */
const lowBytes = 16 * 1024 ** 2;
const lowInodes = 1000;

/** Whether certd can write where it has to, today and after a reboot. `certificates`: how many are configured. */
export function diskFindings(
  places: readonly (DiskPlace | HiddenPlace)[],
  certificates: number,
): readonly Finding[] {
  const hidden = places.filter(place => 'fault' in place);
  const seen = places.filter(place => 'space' in place);
  return [
    ...hidden.map(({ path, fault }) =>
      finding('disk-space', 'unknown', path, `it cannot be looked at: ${fault}`),
    ),
    ...fileSystems(seen).map(group => spaceFinding(group, certificates)),
    ...seen.map(writableFinding),
    ...seen.filter(({ use }) => use === 'state').map(keptFinding),
  ];
}

/** Places in the same file system have the same space: it is said once. */
function fileSystems(places: readonly DiskPlace[]): readonly (readonly [DiskPlace, ...DiskPlace[]])[] {
  const groups = new Map<string, [DiskPlace, ...DiskPlace[]]>();
  for (const place of places) {
    const group = groups.get(place.mount?.point ?? place.path);
    if (group === undefined) groups.set(place.mount?.point ?? place.path, [place]);
    else group.push(place);
  }
  return [...groups.values()];
}

function spaceFinding(places: readonly [DiskPlace, ...DiskPlace[]], certificates: number): Finding {
  const [{ space, mount }] = places;
  const subject = places.map(({ path }) => path).join(', ');
  const files = space.freeInodes === null ? '' : ` and room for ${space.freeInodes} files`;
  const words = `${bytesText(space.freeBytes)}${files} free`;
  const status = statusOf(space, places.some(isLasting) ? certificates : 1);
  if (status !== 'ok' || mount?.hasQuotas !== true) return finding('disk-space', status, subject, words);
  return finding('disk-space', 'unknown', subject, `${words}, but ${mount.point} has quotas`);
}

/** In a webroot and beside a socket nothing stays. */
function isLasting({ use }: DiskPlace): boolean {
  return use === 'state' || use === 'output';
}

function statusOf({ freeBytes, freeInodes }: DiskSpace, renewals: number): FindingStatus {
  const inodes = freeInodes ?? Number.POSITIVE_INFINITY;
  if (freeBytes < renewalBytes || inodes < renewalInodes) return 'critical';
  const isLow = freeBytes < Math.max(lowBytes, renewals * renewalBytes);
  return isLow || inodes < Math.max(lowInodes, renewals * renewalInodes) ? 'warning' : 'ok';
}

function writableFinding({ path, mount }: DiskPlace): Finding {
  if (mount === null)
    return finding('disk-writable', 'unknown', path, 'the mounts of this host are not known');
  const where = `${mount.point} (${mount.type})`;
  if (mount.isReadOnly) return finding('disk-writable', 'critical', path, `${where} is mounted read-only`);
  return finding('disk-writable', 'ok', path, `${where} is mounted for writing`);
}

function keptFinding({ path, mount }: DiskPlace): Finding {
  if (mount === null) return finding('disk-kept', 'unknown', path, 'the mounts of this host are not known');
  const { type } = mount;
  const words = `it lies on a file system of type ${type}`;
  if (onDisk.test(type)) return finding('disk-kept', 'ok', path, `${words}, which keeps it`);
  const fate = fateOf(type);
  if (fate !== null) return finding('disk-kept', 'warning', path, `${words}: ${fate}`);
  return finding('disk-kept', 'unknown', path, `${words}, and whether that keeps it is not known`);
}

/** These have all that certd asks for: they outlive a reboot, know users and symbolic links, and lock. */
const onDisk = /^(?:ext[234]|xfs|btrfs|zfs|f2fs|bcachefs|jfs|nilfs2)$/;

function fateOf(type: string): string | null {
  if (/^(?:tmpfs|ramfs|rootfs|devtmpfs)$/.test(type)) {
    return 'a reboot takes the certificates, the keys and the ACME account with it';
  }
  if (/^(?:overlay|aufs)$/.test(type)) return 'what is in it may go with the container';
  if (
    /^(?:nfs\d?|cifs|smb\d?|smbfs|9p|virtiofs|ceph|afs|glusterfs|lustre|gfs2|ocfs2|gpfs|beegfs|fuse\..*)$/.test(
      type,
    )
  ) {
    return 'over a network, locks and root’s rights may not hold, and another host may use it';
  }
  return null;
}

type DiskCheck = 'disk-space' | 'disk-writable' | 'disk-kept';

function finding(check: DiskCheck, status: FindingStatus, subject: string, message: string): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : checks[check].cure };
}
