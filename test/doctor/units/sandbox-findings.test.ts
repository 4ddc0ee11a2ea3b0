import { describe, expect, it } from 'vitest';
import { unitDropIn } from '../../../src/core/host/unit-drop-in.ts';
import type { Target } from '../../../src/core/model.ts';
import { type InstalledUnit, sandboxFindings } from '../../../src/doctor/units/sandbox-findings.ts';
import { settingsOf } from '../../../src/doctor/units/unit-settings.ts';
import { readText } from '../../support/source-tree.ts';

const installed = settingsOf(readText('systemd/certd.service'), '/usr/lib/systemd/system/certd.service');

/** What is said of the shipped unit with a drop-in beside it. */
function found(dropIn: string, needed: readonly string[] = []) {
  const settings = [...installed, ...settingsOf(`[Service]\n${dropIn}`, '/d.conf')];
  return sandboxFindings({ unit: 'certd.service', settings, needed }).map(({ check, status, message }) => [
    check,
    status,
    message,
  ]);
}

const ok = ['unit-sandbox', 'ok', 'it may do what certd ships it with, and no more'];

describe('the sandbox of the issuer', () => {
  it.each([
    ['nothing', ''],
    ['the same in other words', 'PrivateTmp=true\nNoNewPrivileges=1\nReadWritePaths=/var/www/certd'],
    ['what takes more away', 'MemoryDenyWriteExecute=yes\nMemoryMax=200M\nIPAddressDeny=any'],
    ['how it runs', 'RestartSec=5s\nTimeoutStopSec=1min'],
    ['a comment', '# PrivateTmp=no\n; User=root'],
    ['limits', 'LimitNOFILE=4096\nCPUQuota=20%\nTasksMax=64\nNice=5\nOOMScoreAdjust=-500\nIOWeight=10'],
    ['what keeps it running', 'Restart=on-failure\nWatchdogSec=5min\nKillMode=mixed\nRuntimeMaxSec=1d'],
    ['what is taken back', 'ExecStartPre=+/bin/x\nEnvironment=A=b\nEnvironment=\nExecStartPre='],
    ['its own command again', 'ExecStart=\nExecStart=/usr/bin/certd run --deploy=external'],
    ['how it hangs together', '[Unit]\nDescription=x\nAfter=a.service\nWants=a.service\nRequires=b.service'],
    ['another section', '[Unit]\nUser=root'],
  ])('is as shipped with %s', (_, dropIn) => {
    expect(found(dropIn)).toEqual([ok]);
  });

  it.each([
    ['PrivateUsers=no', 'PrivateUsers is no where certd ships yes (/d.conf:2)'],
    ['User=root', 'User is root where certd ships certd (/d.conf:2)'],
    ['ProtectSystem=full', 'ProtectSystem is full where certd ships strict (/d.conf:2)'],
    ['ReadWritePaths=/etc -/srv', 'ReadWritePaths also has /etc /srv (/d.conf:2)'],
    ['CapabilityBoundingSet=CAP_SYS_ADMIN', 'CapabilityBoundingSet also has CAP_SYS_ADMIN (/d.conf:2)'],
    ['CapabilityBoundingSet=~CAP_KILL', 'CapabilityBoundingSet also has ~CAP_KILL (/d.conf:2)'],
    ['CapabilityBoundingSet=~', 'CapabilityBoundingSet also has all there is (~) (/d.conf:2)'],
    ['AmbientCapabilities=~', 'AmbientCapabilities also has all there is (~) (/d.conf:2)'],
    ['SupplementaryGroups=root', 'SupplementaryGroups also has root (/d.conf:2)'],
    ['BindPaths=/srv', 'BindPaths also has /srv (/d.conf:2)'],
    ['SystemCallFilter=@mount', 'SystemCallFilter also has @mount (/d.conf:2)'],
    [
      'SystemCallFilter=\nSystemCallFilter=@system-service',
      'SystemCallFilter lacks ~@privileged ~@resources (/d.conf:3)',
    ],
    ['RestrictAddressFamilies=\\\n  AF_NETLINK', 'RestrictAddressFamilies also has AF_NETLINK (/d.conf:2)'],
    ['# a comment goes on \\\nUser=root', 'User is root where certd ships certd (/d.conf:3)'],
    ['ReadWritePaths=\\\n# between\n /srv', 'ReadWritePaths also has /srv (/d.conf:2)'],
    ['LimitCORE=infinity', 'LimitCORE is infinity where certd ships 0 (/d.conf:2)'],
    ['Type=simple', 'Type is simple where certd ships notify (/d.conf:2)'],
    ['StateDirectory=../../etc', 'StateDirectory also has ../../etc (/d.conf:2)'],
    [
      `ReadWritePaths="-/a b" -'/c "d" ' /e\\ f"\\""`,
      'ReadWritePaths also has /a b /c "d"  /e f" (/d.conf:2)',
    ],
  ])('is another with %j', (dropIn, words) => {
    expect(found(dropIn)).toEqual([['unit-sandbox', 'warning', words]]);
  });

  it.each([
    ['ExecStartPre=+/bin/sh -c "id"', 'ExecStartPre', 2],
    ['ExecStart=\nExecStart=/srv/certd run', 'ExecStart', 3],
    ['ExecReload=', 'ExecReload', 2],
    ['ExecReload=+/bin/x', 'ExecReload', 2],
    ['DeviceAllow=/dev/sda rw', 'DeviceAllow', 2],
    ['ReadWriteDirectories=/etc', 'ReadWriteDirectories', 2],
    ['InaccessibleDirectories=', 'InaccessibleDirectories', 2],
    ['# why\nEnvironment=NODE_OPTIONS=--require=/srv/x.js', 'Environment', 3],
    ['Environment=\nEnvironment=LD_PRELOAD=/srv/x.so', 'Environment', 3],
    ['EnvironmentFile=-/srv/env', 'EnvironmentFile', 2],
    ['RootDirectory=/srv', 'RootDirectory', 2],
    ['DynamicUser=yes\nRestartSec=1s', 'DynamicUser', 2],
    ['NoSuchDirective=1', 'NoSuchDirective', 2],
    ['[Unit]\nJoinsNamespaceOf=other.service', 'JoinsNamespaceOf', 3],
  ])('is not known to be harmless with %j', (dropIn, name, line) => {
    const words = `${name} is not among the directives known to be harmless (/d.conf:${line})`;
    expect(found(dropIn)).toEqual([['unit-sandbox', 'warning', words]]);
  });

  it('is another with all that differs, each with its file', () => {
    expect(found('PrivateTmp=no\nUMask=0022')[0]?.[2]).toBe(
      'UMask is 0022 where certd ships 0077 (/d.conf:3); PrivateTmp is no where certd ships yes (/d.conf:2)',
    );
  });

  it('lacks what an older copy of the unit does not say', () => {
    const settings = installed.filter(
      ({ name }) => !['ProtectClock', 'CapabilityBoundingSet'].includes(name),
    );
    const [finding] = sandboxFindings({ unit: 'certd.service', settings, needed: [] });
    expect(finding?.message).toBe(
      'ProtectClock is not set where certd ships yes; CapabilityBoundingSet is not set where certd ships none',
    );
  });
});

describe('what the configuration needs', () => {
  const webroot = ['[Service]', 'ReadWritePaths=-/srv/www'];
  const port = ['[Service]', 'AmbientCapabilities=CAP_NET_BIND_SERVICE', 'PrivateUsers=no'];

  it('is no weakness where it is there', () => {
    expect(found('ReadWritePaths=/srv/www', webroot)).toEqual([
      ok,
      ['unit-drop-in', 'ok', 'what the configuration needs is there'],
    ]);
    expect(found('AmbientCapabilities=CAP_NET_BIND_SERVICE\nPrivateUsers=false', port)[0]).toEqual(ok);
  });

  it('is missed where it is not, and that alone', () => {
    expect(found('', webroot)).toEqual([
      ok,
      ['unit-drop-in', 'critical', 'the configuration needs ReadWritePaths=-/srv/www'],
    ]);
    expect(found('PrivateUsers=no', port)).toEqual([
      ok,
      ['unit-drop-in', 'critical', 'the configuration needs AmbientCapabilities=CAP_NET_BIND_SERVICE'],
    ]);
  });

  it('is told from what it does not need', () => {
    expect(found('ReadWritePaths=/srv/www /srv', webroot)[0]?.[2]).toBe(
      'ReadWritePaths also has /srv (/d.conf:2)',
    );
  });
});

it('every drop-in that certd prints is fine where it is needed, and not where it is not', () => {
  const challenge = (kind: object) => ({ challenge: kind }) as Pick<Target, 'challenge'>;
  const lines = unitDropIn({
    certificates: [
      challenge({ kind: 'webroot', path: '/srv/www' }),
      challenge({ kind: 'webroot', path: '/home/a/www' }),
      challenge({ kind: 'webroot', path: '/tmp/www' }),
      challenge({ kind: 'standalone', listen: [{ address: '::', port: 80 }] }),
    ],
    healthSocket: '/run/health/socket',
    healthGroup: 'monitoring',
  });
  expect(lines.length).toBeGreaterThan(9);
  const dropIn = lines.slice(1).join('\n');
  expect(found(dropIn, lines)).toEqual([ok, ['unit-drop-in', 'ok', 'what the configuration needs is there']]);
  for (const line of lines.slice(1)) expect(found(line)[0]?.[1], line).toBe('warning');
});

describe('another unit of certd', () => {
  const withDropIn = (unit: InstalledUnit['unit'], dropIn: string) =>
    sandboxFindings({
      unit,
      settings: [...settingsOf(readText(`systemd/${unit}`), '/u'), ...settingsOf(dropIn, '/d.conf')],
      needed: [],
    }).map(({ subject, message }) => `${subject}: ${message}`);
  const stray = 'is not among the directives known to be harmless';
  const fine = 'certd-deploy.service: it may do what certd ships it with, and no more';

  it.each([
    ['certd-deploy.service', '', [fine]],
    ['certd-deploy.service', '[Service]\nProtectSystem=full\nPrivateTmp=yes', [fine]],
    [
      'certd-deploy.service',
      '[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN',
      ['certd-deploy.service: CapabilityBoundingSet also has CAP_SYS_ADMIN (/d.conf:2)'],
    ],
    [
      'certd-deploy.service',
      '[Service]\nUser=root\nExecStopPost=\nExecStart=/bin/x',
      [
        `certd-deploy.service: User ${stray} (/d.conf:2); ExecStopPost ${stray} (/d.conf:3); ExecStart ${stray} (/d.conf:4)`,
      ],
    ],
    ['certd-http.socket', '', []],
    ['certd-http.socket', '[Socket]\nBacklog=16\nMaxConnections=8', []],
    [
      'certd-http.socket',
      '[Socket]\nExecStartPre=/bin/x',
      [`certd-http.socket: ExecStartPre ${stray} (/d.conf:2)`],
    ],
    ['certd-deploy.timer', '[Timer]\nOnCalendar=hourly\nOnUnitInactiveSec=1min', []],
    ['certd-deploy.timer', '[Timer]\nUnit=other.service', [`certd-deploy.timer: Unit ${stray} (/d.conf:2)`]],
    [
      'certd-deploy.path',
      '[Path]\nPathExists=/x\n[Install]\nWantedBy=x.target',
      [`certd-deploy.path: PathExists ${stray} (/d.conf:2)`],
    ],
  ] as const)('%s with %j', (unit, dropIn, said) => {
    expect(withDropIn(unit, dropIn)).toEqual(said);
  });
});
