import { describe, expect, it } from 'vitest';
import { lookAtUnits, unitsIn } from '../../src/doctor/look-at-units.ts';
import { type UnitState, unitFindings } from '../../src/doctor/unit-findings.ts';
import { makeExamined } from '../support/make-examined.ts';
import { makeTools } from '../support/make-tools.ts';

function found(change: Partial<UnitState>, hasSocket = false) {
  const state = {
    unit: 'certd.service',
    load: 'loaded',
    file: 'enabled',
    active: 'active',
    needsReload: false,
    ...change,
  };
  const [finding] = unitFindings([state, { ...state, unit: 'certd-deploy.path', load: 'loaded' }], hasSocket);
  return [finding?.status, finding?.message];
}

describe('a unit', () => {
  it.each([
    [{}, 'ok', 'it is enabled and runs'],
    [{ active: 'activating' }, 'ok', 'it is enabled and runs'],
    [
      { unit: 'certd-deploy.service', file: 'static', active: 'inactive' },
      'ok',
      'it is started by the others',
    ],
    [{ load: 'masked', file: 'masked' }, 'critical', 'it is masked'],
    [{ load: 'not-found', file: '' }, 'critical', 'it is not-found'],
    [{ active: 'failed' }, 'critical', 'it has failed'],
    [{ unit: 'certd-deploy.service', active: 'failed' }, 'critical', 'it has failed'],
    [{ active: 'inactive' }, 'critical', 'it is inactive'],
    [{ file: 'disabled' }, 'warning', 'it is disabled, so the next boot does not start it'],
    [{ needsReload: true }, 'warning', 'its files were changed since systemd read them'],
    [
      { file: 'disabled', active: 'inactive' },
      'critical',
      'it is inactive, and it is disabled, so the next boot does not start it',
    ],
  ])('%j is %s', (change, status, message) => {
    expect(found(change)).toEqual([status, message]);
  });

  it('of port 80 counts where a challenge needs it', () => {
    const socket = { unit: 'certd-http.socket', load: 'not-found', file: '', active: 'inactive' };
    expect(found(socket, true)).toEqual(['critical', 'it is not-found']);
    expect(unitFindings([{ ...socket, load: 'loaded', needsReload: false }], false)).toEqual([]);
  });
});

it('no unit at all is unknown', () => {
  const state = {
    unit: 'certd.service',
    load: 'not-found',
    file: '',
    active: 'inactive',
    needsReload: false,
  };
  expect(unitFindings([state], true)).toMatchObject([{ subject: 'systemd', status: 'unknown' }]);
});

it('reads what systemctl shows', () => {
  const text = `Id=certd.service
LoadState=loaded
ActiveState=active
FragmentPath=/usr/lib/systemd/system/certd.service
UnitFileState=enabled
DropInPaths=/etc/systemd/system/certd.service.d/a.conf /run/systemd/system/certd.service.d/b.conf
NeedDaemonReload=no

Id=certd-http.socket
LoadState=not-found
ActiveState=inactive
FragmentPath=
DropInPaths=
NeedDaemonReload=no
`;
  expect(unitsIn(text)).toEqual([
    {
      unit: 'certd.service',
      load: 'loaded',
      file: 'enabled',
      active: 'active',
      needsReload: false,
      files: [
        '/usr/lib/systemd/system/certd.service',
        '/etc/systemd/system/certd.service.d/a.conf',
        '/run/systemd/system/certd.service.d/b.conf',
      ],
    },
    {
      unit: 'certd-http.socket',
      load: 'not-found',
      file: '',
      active: 'inactive',
      needsReload: false,
      files: [],
    },
  ]);
});

describe('a host', () => {
  const booted = { '/run/systemd/system/x': '' };

  it('without systemd has no units to look at', async () => {
    expect(await lookAtUnits(makeExamined(), [], makeTools())).toMatchObject([
      { status: 'ok', message: 'this host was not booted by systemd: units of certd are of no use here' },
    ]);
  });

  it('whose systemd does not answer is unknown', async () => {
    const run = async () => ({ failed: 'exit 1', stdout: '', stderr: 'Failed to connect to bus' });
    const tools = makeTools({ files: booted, installed: ['systemctl'], run });
    expect(await lookAtUnits(makeExamined(), [], tools)).toMatchObject([
      { status: 'unknown', message: 'systemctl does not say: Failed to connect to bus (exit 1)' },
    ]);
    expect(await lookAtUnits(makeExamined(), [], makeTools({ files: booted }))).toMatchObject([
      { status: 'unknown', message: 'systemctl is not installed' },
    ]);
  });

  it('whose unit cannot be read has an unknown sandbox', async () => {
    const stdout =
      'Id=certd.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nFragmentPath=/u\n';
    const run = async () => ({ failed: null, stdout, stderr: '' });
    const tools = makeTools({ files: booted, installed: ['systemctl'], run });
    expect(await lookAtUnits(makeExamined(), [], tools)).toMatchObject([
      { check: 'unit-state', status: 'ok' },
      { check: 'unit-sandbox', status: 'unknown', message: expect.stringContaining('/u cannot be read') },
    ]);
  });
});
