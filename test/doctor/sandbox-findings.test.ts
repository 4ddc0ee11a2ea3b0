import { describe, expect, it } from 'vitest';
import { sandboxFindings } from '../../src/doctor/sandbox-findings.ts';
import { settingsOf } from '../../src/doctor/unit-settings.ts';
import { readText } from '../support/source-tree.ts';

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
    ['another section', '[Unit]\nUser=root'],
  ])('is as shipped with %s', (_, dropIn) => {
    expect(found(dropIn)).toEqual([ok]);
  });

  it.each([
    ['PrivateUsers=no', 'PrivateUsers is no where certd ships yes (/d.conf)'],
    ['User=root', 'User is root where certd ships certd (/d.conf)'],
    ['ProtectSystem=full', 'ProtectSystem is full where certd ships strict (/d.conf)'],
    ['ReadWritePaths=/etc -/srv', 'ReadWritePaths also has /etc /srv (/d.conf)'],
    ['CapabilityBoundingSet=CAP_SYS_ADMIN', 'CapabilityBoundingSet also has CAP_SYS_ADMIN (/d.conf)'],
    ['CapabilityBoundingSet=~CAP_KILL', 'CapabilityBoundingSet also has ~CAP_KILL (/d.conf)'],
    ['SupplementaryGroups=root', 'SupplementaryGroups also has root (/d.conf)'],
    ['BindPaths=/srv', 'BindPaths also has /srv (/d.conf)'],
    ['SystemCallFilter=@mount', 'SystemCallFilter also has @mount (/d.conf)'],
    [
      'SystemCallFilter=\nSystemCallFilter=@system-service',
      'SystemCallFilter lacks ~@privileged ~@resources (/d.conf)',
    ],
    ['RestrictAddressFamilies=\\\n  AF_NETLINK', 'RestrictAddressFamilies also has AF_NETLINK (/d.conf)'],
  ])('is another with %j', (dropIn, words) => {
    expect(found(dropIn)).toEqual([['unit-sandbox', 'warning', words]]);
  });

  it('is another with all that differs, each with its file', () => {
    expect(found('PrivateTmp=no\nUMask=0022')[0]?.[2]).toBe(
      'UMask is 0022 where certd ships 0077 (/d.conf); PrivateTmp is no where certd ships yes (/d.conf)',
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
      'ReadWritePaths also has /srv (/d.conf)',
    );
  });
});

it('the deployer has its own', () => {
  const settings = settingsOf(readText('systemd/certd-deploy.service'), '/u');
  const more = settingsOf('[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN', '/d.conf');
  const of = (all: typeof settings) =>
    sandboxFindings({ unit: 'certd-deploy.service', settings: all, needed: [] }).map(
      ({ message }) => message,
    );
  expect(of(settings)).toEqual(['it may do what certd ships it with, and no more']);
  expect(of([...settings, ...more])).toEqual(['CapabilityBoundingSet also has CAP_SYS_ADMIN (/d.conf)']);
});
