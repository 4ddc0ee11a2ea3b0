/** One mount, as proc_pid_mountinfo(5) tells it. */
export type Mount = {
  /** Where it is, an absolute path. */
  readonly point: string;
  /** `ext4`, `tmpfs`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  /** Nothing can be written through it, whether that is said of the mount or of the file system. */
  readonly isReadOnly: boolean;
  /** The file system counts what each user or group has, so that it may be full for one alone. */
  readonly hasQuotas: boolean;
};

/** The mounts of /proc/self/mountinfo, in the order in which they were made. */
export function mountsOf(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap(line => {
    const [left = '', right] = line.split(' - ');
    const [point, options = ''] = left.split(' ').slice(4);
    const [type, , superOptions = ''] = right?.split(' ') ?? [];
    if (point === undefined || type === undefined) return [];
    const all = [...options.split(','), ...superOptions.split(',')];
    return [
      {
        point: unescaped(point),
        type,
        isReadOnly: all.includes('ro'),
        hasQuotas: all.some(option => quotas.test(option)),
      },
    ];
  });
}

/** Of users and groups, in the words of ext4, XFS and others; `noquota` says that there are none. */
const quotas = /^(?:usr|grp|u|g)?(?:j?quota|qnoenforce)(?:=|$)/;

/** Space, tab, line feed and backslash are written in octal. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The mount that a path without symlinks lies in: the deepest, and of several at one place the last. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    const isAbove = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (isAbove && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}
