import { describe, expect, it } from 'vitest';
import { type DiskPlace, diskFindings } from '../../../src/doctor/host/disk-findings.ts';
import type { Mount } from '../../../src/doctor/host/mounts.ts';

const root: Mount = { point: '/', type: 'ext4', isReadOnly: false, hasQuotas: false };

function place(change: Partial<DiskPlace> = {}): DiskPlace {
  const space = { freeBytes: 2 ** 30, freeInodes: 50_000 };
  return { path: '/var/lib/certd', use: 'state', space, mount: root, ...change };
}

function found(places: readonly DiskPlace[], certificates = 1) {
  return diskFindings(places, certificates).map(({ check, status, message }) => [check, status, message]);
}

const roomFor = (freeBytes: number, freeInodes: number | null, certificates = 1) =>
  found([place({ space: { freeBytes, freeInodes } })], certificates)[0];

describe('space', () => {
  it('is said once for all that lie in one file system', () => {
    const places = [
      place(),
      place({ path: '/var/www/certd', use: 'webroot' }),
      place({ path: '/run/certd', use: 'sockets', mount: { ...root, point: '/run', type: 'tmpfs' } }),
    ];
    const spaces = diskFindings(places, 1).filter(({ check }) => check === 'disk-space');
    expect(spaces.map(({ subject, message }) => [subject, message])).toEqual([
      ['/var/lib/certd, /var/www/certd', '1.0 GiB and room for 50000 files free'],
      ['/run/certd', '1.0 GiB and room for 50000 files free'],
    ]);
  });

  it.each([
    ['critical', 256 * 1024 - 1, 50_000],
    ['warning', 256 * 1024, 50_000],
    ['warning', 16 * 1024 ** 2 - 1, 50_000],
    ['ok', 16 * 1024 ** 2, 50_000],
    ['critical', 2 ** 30, 63],
    ['warning', 2 ** 30, 64],
    ['warning', 2 ** 30, 999],
    ['ok', 2 ** 30, 1000],
    ['ok', 2 ** 30, null],
  ])('is %s with %d bytes and %d files', (status, bytes, inodes) => {
    expect(roomFor(bytes, inodes)?.[1]).toBe(status);
  });

  it('is to do for one renewal of every certificate', () => {
    expect(roomFor(100 * 256 * 1024, 6400, 100)?.[1]).toBe('ok');
    expect(roomFor(100 * 256 * 1024 - 1, 6400, 100)?.[1]).toBe('warning');
    expect(roomFor(2 ** 30, 6399, 100)?.[1]).toBe('warning');
  });

  it('need not do for all of them where nothing stays', () => {
    const space = { freeBytes: 16 * 1024 ** 2, freeInodes: 1000 };
    const status = (use: DiskPlace['use']) => found([place({ use, space })], 1000)[0]?.[1];
    expect([status('webroot'), status('sockets'), status('output'), status('state')]).toEqual([
      'ok',
      'ok',
      'warning',
      'warning',
    ]);
  });

  it('is unknown behind quotas, unless it is bad anyhow', () => {
    const mount = { ...root, hasQuotas: true };
    expect(found([place({ mount })])[0]).toEqual([
      'disk-space',
      'unknown',
      '1.0 GiB and room for 50000 files free, but / has quotas',
    ]);
    const space = { freeBytes: 0, freeInodes: 0 };
    expect(found([place({ mount, space })])[0]?.[1]).toBe('critical');
  });

  it('is unknown where the place cannot be looked at, and nothing else is said of it', () => {
    const hidden = { path: '/mnt/x', fault: 'statfs failed with EIO' };
    expect(diskFindings([hidden], 1)).toMatchObject([
      { check: 'disk-space', status: 'unknown', message: 'it cannot be looked at: statfs failed with EIO' },
    ]);
  });
});

describe('a mount', () => {
  it('that is read-only is critical', () => {
    const mount = { ...root, point: '/srv', isReadOnly: true };
    expect(found([place({ path: '/srv/www', use: 'webroot', mount })])[1]).toEqual([
      'disk-writable',
      'critical',
      '/srv (ext4) is mounted read-only',
    ]);
  });

  it('that is not known is unknown', () => {
    const statuses = found([place({ mount: null })]).map(([check, status]) => [check, status]);
    expect(statuses).toEqual([
      ['disk-space', 'ok'],
      ['disk-writable', 'unknown'],
      ['disk-kept', 'unknown'],
    ]);
  });

  it.each([
    ['ext4', 'ok', 'it lies on a file system of type ext4, which keeps it'],
    ['xfs', 'ok', 'it lies on a file system of type xfs, which keeps it'],
    ['btrfs', 'ok', 'it lies on a file system of type btrfs, which keeps it'],
    [
      'fuseblk',
      'unknown',
      'it lies on a file system of type fuseblk, and whether that keeps it is not known',
    ],
    ['vfat', 'unknown', 'it lies on a file system of type vfat, and whether that keeps it is not known'],
    [
      'virtiofs',
      'warning',
      'it lies on a file system of type virtiofs: over a network, locks and root’s rights may not hold, and another host may use it',
    ],
    [
      'tmpfs',
      'warning',
      'it lies on a file system of type tmpfs: a reboot takes the certificates, the keys and the ACME account with it',
    ],
    [
      'overlay',
      'warning',
      'it lies on a file system of type overlay: what is in it may go with the container',
    ],
    [
      'nfs4',
      'warning',
      'it lies on a file system of type nfs4: over a network, locks and root’s rights may not hold, and another host may use it',
    ],
    [
      'fuse.sshfs',
      'warning',
      'it lies on a file system of type fuse.sshfs: over a network, locks and root’s rights may not hold, and another host may use it',
    ],
  ])('of type %s under the state directory is %s', (type, status, message) => {
    expect(found([place({ mount: { ...root, type } })])[2]).toEqual(['disk-kept', status, message]);
  });

  it('under another directory may be of any type', () => {
    const mount = { ...root, type: 'tmpfs' };
    expect(found([place({ use: 'webroot', mount })]).map(([check]) => check)).not.toContain('disk-kept');
  });
});
