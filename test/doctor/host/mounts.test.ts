import { expect, it } from 'vitest';
import { mountOf, mountsOf } from '../../../src/doctor/host/mounts.ts';

/** As proc_pid_mountinfo(5) has them: with and without optional fields. */
const mountinfo = `21 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,errors=remount-ro
22 21 0:20 / /proc rw - proc proc rw
30 21 254:0 /srv /srv/www ro,relatime - ext4 /dev/vda rw
31 21 254:9 / /mnt/a\\040b rw - ext4 /dev/vdb ro
32 21 8:1 / /home rw,noatime - xfs /dev/sda1 rw,attr2,usrquota,noquota
33 21 8:2 / /opt rw,noatime - xfs /dev/sda2 rw,noquota
34 21 0:50 / /srv/www rw - tmpfs tmpfs rw,size=64k
`;

it('reads type, place and both places where read-only is said', () => {
  const mounts = mountsOf(mountinfo);
  expect(mounts.map(({ point, type, isReadOnly }) => [point, type, isReadOnly])).toEqual([
    ['/', 'ext4', false],
    ['/proc', 'proc', false],
    ['/srv/www', 'ext4', true],
    ['/mnt/a b', 'ext4', true],
    ['/home', 'xfs', false],
    ['/opt', 'xfs', false],
    ['/srv/www', 'tmpfs', false],
  ]);
  expect(mounts.filter(({ hasQuotas }) => hasQuotas).map(({ point }) => point)).toEqual(['/home']);
});

it.each([
  ['/', '/', 'ext4'],
  ['/srv', '/', 'ext4'],
  ['/srv/www2/x', '/', 'ext4'],
  ['/srv/www', '/srv/www', 'tmpfs'],
  ['/srv/www/a/b', '/srv/www', 'tmpfs'],
  ['/mnt/a b/c', '/mnt/a b', 'ext4'],
])('%s lies in the deepest mount, and in the last one of a place', (path, point, type) => {
  expect(mountOf(path, mountsOf(mountinfo))).toMatchObject({ point, type });
});

it('knows no mount where nothing is said', () => {
  expect(mountOf('/srv', mountsOf(''))).toBe(null);
});
