import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { readText } from '../support/source-tree.ts';
import { type Directive, directivesOf, unitNames } from '../support/unit-files.ts';

/** Alibaba Cloud Linux 3 has it, and gets updates until 2031. */
const oldest = 239;

/**
 * The version of systemd that brought each directive: "Added in version" of systemd.unit(5), systemd.service(5), systemd.exec(5),
 * systemd.kill(5), systemd.socket(5), systemd.timer(5) and systemd.resource-control(5) of systemd 257, and its NEWS for the older
 * ones. 0: older than 183, when systemd began to count what it brings there.
 */
const since: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Unit: { Description: 0, Wants: 0, After: 0, StartLimitIntervalSec: 230 },
  Service: {
    Type: 0,
    NotifyAccess: 0,
    User: 0,
    Group: 0,
    ExecStart: 0,
    ExecStopPost: 0,
    ExecReload: 0,
    KillMode: 0,
    TimeoutStartSec: 188,
    TimeoutStopSec: 188,
    WatchdogSec: 0,
    Restart: 0,
    RestartSec: 0,
    StateDirectory: 235,
    StateDirectoryMode: 235,
    RuntimeDirectory: 211,
    RuntimeDirectoryMode: 211,
    UMask: 0,
    LimitCORE: 0,
    ProtectSystem: 214,
    ReadWritePaths: 231,
    ProtectHome: 214,
    PrivateTmp: 0,
    PrivateDevices: 209,
    InaccessiblePaths: 231,
    PrivateMounts: 239,
    PrivateUsers: 232,
    PrivateNetwork: 0,
    DevicePolicy: 208,
    ProtectControlGroups: 232,
    ProtectKernelModules: 232,
    ProtectKernelTunables: 232,
    ProtectKernelLogs: 244,
    ProtectClock: 245,
    ProtectHostname: 242,
    ProtectProc: 247,
    ProcSubset: 247,
    CapabilityBoundingSet: 0,
    AmbientCapabilities: 229,
    NoNewPrivileges: 187,
    RestrictSUIDSGID: 242,
    RemoveIPC: 232,
    KeyringMode: 235,
    RestrictAddressFamilies: 211,
    RestrictNamespaces: 233,
    RestrictRealtime: 231,
    LockPersonality: 235,
    SystemCallArchitectures: 209,
    SystemCallErrorNumber: 209,
    SystemCallFilter: 187,
  },
  Path: { DirectoryNotEmpty: 0 },
  Timer: { OnActiveSec: 0, OnUnitInactiveSec: 0, RandomizedDelaySec: 229, AccuracySec: 209 },
  Socket: { ListenStream: 0, BindIPv6Only: 0, FileDescriptorName: 227, Service: 0 },
  Install: { WantedBy: 0 },
};

/** Values that are younger than their directive. */
const sinceValue: Readonly<Record<string, number>> = {
  'Type=notify': 0,
  'KillMode=mixed': 209,
  'ProtectSystem=strict': 232,
  'SystemCallFilter=@system-service': 239,
};

/** Younger ones that only take rights away: an older systemd logs that it ignores them, and all works as before. */
const ignorable = new Set([
  'ProtectKernelLogs',
  'ProtectClock',
  'ProtectHostname',
  'ProtectProc',
  'ProcSubset',
  'RestrictSUIDSGID',
]);

const all = unitNames().flatMap(directivesOf);
const versionOf = ({ section, name }: Directive) => since[section]?.[name];

test('the units are those that belong together', () => {
  expect(unitNames()).toEqual([
    'certd-deploy.path',
    'certd-deploy.service',
    'certd-deploy.timer',
    'certd-http.socket',
    'certd-wait@.service',
    'certd.service',
  ]);
});

test('every directive of the units is in the table of versions', () => {
  expect(
    all.filter(directive => versionOf(directive) === undefined),
    rule({
      why: 'systemd ignores what it does not know with a line in its log: a slip of the pen would go unseen',
      mend: 'correct the name, or look up in the manual since which version there is such a directive',
    }),
  ).toEqual([]);
});

test(`nothing depends on a systemd newer than ${oldest}`, () => {
  const young = all.filter(
    directive => (versionOf(directive) ?? 0) > oldest && !ignorable.has(directive.name),
  );
  const youngValues = Object.entries(sinceValue).filter(([, version]) => version > oldest);
  expect(
    [...young, ...youngValues],
    rule({
      why: `a host with systemd ${oldest} must run the same certd`,
      mend: 'do without it, or put it on the list where it only takes rights away',
    }),
  ).toEqual([]);
});

test('what older ones ignore is in use, and named where the units are described', () => {
  const readme = readText('systemd/README.md');
  const unused = [...ignorable].filter(name => !all.some(directive => directive.name === name));
  expect({ unused, unnamed: [...ignorable].filter(name => !readme.includes(`\`${name}\``)) }).toEqual({
    unused: [],
    unnamed: [],
  });
});

test('the halves are what the design says', () => {
  const valuesOf = (unit: string, name: string) =>
    all.filter(each => each.unit === unit && each.name === name).map(({ value }) => value);
  const of = (unit: string, ...names: string[]) =>
    Object.fromEntries(names.map(name => [name, valuesOf(unit, name)]));
  expect(of('certd.service', 'User', 'ExecStart', 'CapabilityBoundingSet', 'StateDirectory')).toEqual({
    User: ['certd'],
    ExecStart: ['/usr/bin/certd run --deploy=external'],
    CapabilityBoundingSet: [''],
    StateDirectory: ['certd/issuer'],
  });
  expect(of('certd-deploy.service', 'User', 'Type', 'ExecStart')).toEqual({
    User: [],
    Type: ['oneshot'],
    ExecStart: ['/usr/bin/certd deploy --owed --hooks=systemd-run'],
  });
  // Whatever starts them too often, neither is given up.
  expect(all.filter(({ name }) => name === 'StartLimitIntervalSec').map(({ value }) => value)).toEqual([
    '0',
    '0',
  ]);
});
