import { expect, it } from 'vitest';
import { unitDropIn } from '../../../src/core/host/unit-drop-in.ts';
import type { ChallengeMethod } from '../../../src/core/model.ts';

const webroot = (path: string): ChallengeMethod => ({ kind: 'webroot', path });
const listen = (...ports: number[]): ChallengeMethod => ({
  kind: 'standalone',
  listen: ports.map(port => ({ address: '0.0.0.0', port })),
});
const dropIn = (
  challenges: readonly ChallengeMethod[],
  healthSocket: string | null = null,
  healthGroup: string | null = null,
) => unitDropIn({ certificates: challenges.map(challenge => ({ challenge })), healthSocket, healthGroup });

it.each<[string, readonly ChallengeMethod[], string | null]>([
  ['no certificate', [], null],
  ['the default webroot', [webroot('/var/www/certd')], null],
  ['a webroot below it', [webroot('/var/www/certd/a')], null],
  ['a high port, or a socket of systemd', [listen(1024, 8080), { kind: 'systemd-socket' }], null],
  ['a health socket in the runtime directory', [], '/run/certd/other.sock'],
])('needs nothing for %s', (_sentence, challenges, socket) => {
  expect(dropIn(challenges, socket)).toEqual([]);
});

it('opens each other webroot once, missing or not', () => {
  const challenges = ['/var/www/html', '/srv/www', '/var/www/html', '/var/www/certd2'].map(webroot);
  expect(dropIn(challenges)).toEqual([
    '[Service]',
    'ReadWritePaths=-/srv/www',
    'ReadWritePaths=-/var/www/certd2',
    'ReadWritePaths=-/var/www/html',
  ]);
});

it('opens a webroot where services see no home directories, and no other of these', () => {
  expect(dropIn([webroot('/home/ops/www'), webroot('/root/www'), webroot('/homes')])).toEqual([
    '[Service]',
    'ReadWritePaths=-/homes',
    'ProtectHome=tmpfs',
    'BindPaths=-/home/ops/www',
    'BindPaths=-/root/www',
  ]);
});

it('lets the service see the temporary files of the host where a webroot is one', () => {
  expect(dropIn([webroot('/tmp/www')])).toEqual(['[Service]', 'ReadWritePaths=-/tmp/www', 'PrivateTmp=no']);
});

it('gives the one capability that a low port needs, and takes away what would make it worthless', () => {
  const lines = [
    '[Service]',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    'PrivateUsers=no',
  ];
  expect(dropIn([listen(8080, 80), listen(80)])).toEqual(lines);
  expect(dropIn([listen(1023)])).toEqual(lines);
});

it('opens the directory of a health socket elsewhere', () => {
  expect(dropIn([], '/run/monitoring/certd.sock')).toEqual(['[Service]', 'ReadWritePaths=-/run/monitoring']);
  expect(dropIn([], '/certd.sock')).toEqual(['[Service]', 'ReadWritePaths=-/']);
});

it('lets the group of the health socket reach it, and certd give it to them', () => {
  expect(dropIn([], null, 'certd')).toEqual([]);
  const lines = ['SupplementaryGroups=ops', 'RuntimeDirectoryMode=0755', 'SystemCallFilter=@chown'];
  expect(dropIn([], null, 'ops')).toEqual(['[Service]', ...lines, 'PrivateUsers=no']);
  expect(dropIn([listen(80)], null, 'ops')).toEqual([
    '[Service]',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    ...lines,
    'PrivateUsers=no',
  ]);
});

it('writes a path so that systemd reads the same', () => {
  expect(
    dropIn(['/srv/100%', '/srv/a  b/100%/"q"\'\\:', '/srv/end ', '/home/ops/w:w '].map(webroot)),
  ).toEqual([
    '[Service]',
    'ReadWritePaths=-/srv/100%%',
    'ReadWritePaths="-/srv/a  b/100%%/\\"q\\"\'\\\\:"',
    'ReadWritePaths="-/srv/end "',
    'ProtectHome=tmpfs',
    'BindPaths="-/home/ops/w:w "',
  ]);
});
