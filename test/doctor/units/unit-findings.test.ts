import { describe, expect, it } from 'vitest';
import { lookAtUnits, unitsIn } from '../../../src/doctor/units/look-at-units.ts';
import { type UnitState, unitFindings } from '../../../src/doctor/units/unit-findings.ts';
import { makeExamined } from '../../support/make-examined.ts';
import { makeTools } from '../../support/make-tools.ts';

function stateOf(change: Partial<UnitState>): UnitState {
  return {
    unit: 'certd.service',
    load: 'loaded',
    file: 'enabled',
    active: 'active',
    sub: 'running',
    result: 'success',
    restarts: '0',
    needsReload: false,
    ...change,
  };
}

function found(change: Partial<UnitState>, hasSocket = false) {
  const other = stateOf({ unit: 'certd-deploy.path' });
  const [finding] = unitFindings([stateOf(change), other], hasSocket);
  return [finding?.status, finding?.message];
}

describe('a unit', () => {
  it.each([
    [{}, 'ok', 'it is enabled and runs'],
    [{ active: 'reloading', sub: 'reload' }, 'ok', 'it is enabled and runs'],
    [{ restarts: '3' }, 'ok', 'it is enabled and runs (systemd has started it again: 3)'],
    [
      { active: 'activating', sub: 'auto-restart', result: 'exit-code', restarts: '41' },
      'critical',
      'it has ended (exit-code) and waits for its next start, after 41 before',
    ],
    [
      { active: 'activating', sub: 'auto-restart-queued', result: 'signal' },
      'critical',
      'it has ended (signal) and waits for its next start',
    ],
    [
      { active: 'activating', sub: 'auto-restart', result: 'watchdog', file: 'disabled' },
      'critical',
      'it has ended (watchdog) and waits for its next start, and it is disabled, so the next boot does not start it',
    ],
    [
      { active: 'activating', sub: 'start' },
      'unknown',
      'it is starting (start): whether it will run is not known',
    ],
    [
      { active: 'activating', sub: 'start', file: 'disabled' },
      'warning',
      'it is starting (start): whether it will run is not known, and it is disabled, so the next boot does not start it',
    ],
    [{ active: 'maintenance', sub: '' }, 'unknown', 'its state is maintenance'],
    [{ active: '', sub: '' }, 'unknown', 'its state is not known'],
    [
      { unit: 'certd-deploy.service', file: 'static', active: 'activating', sub: 'start' },
      'ok',
      'it is started by the others',
    ],
    [
      { unit: 'certd-deploy.service', active: 'activating', sub: 'auto-restart', result: 'exit-code' },
      'critical',
      'it has ended (exit-code) and waits for its next start',
    ],
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

  it('that dies again and again, or starts, has a cure of its own', () => {
    const cureOf = (sub: string) =>
      unitFindings([stateOf({ active: 'activating', sub, result: 'exit-code' })], false)[0]?.cure;
    expect(cureOf('auto-restart')).toBe(
      '`journalctl -u certd` says why it ends; what keeps it from running does not pass by itself.',
    );
    expect(cureOf('start')).toBe('Ask again in a while; `journalctl -u certd` says how far it is.');
  });

  it('of port 80 counts where a challenge needs it', () => {
    const socket = { unit: 'certd-http.socket', load: 'not-found', file: '', active: 'inactive' };
    expect(found(socket, true)).toEqual(['critical', 'it is not-found']);
    expect(unitFindings([stateOf({ ...socket, load: 'loaded' })], false)).toEqual([]);
  });

  it.each([
    [{ file: 'enabled', active: 'active' }, 'it runs and it is enabled, and no challenge asks for it'],
    [{ file: 'disabled', active: 'active' }, 'it runs, and no challenge asks for it'],
    [{ file: 'enabled', active: 'failed' }, 'it is enabled, and no challenge asks for it'],
  ])('of port 80 that no challenge needs any more is a warning: %j', (change, message) => {
    const left = stateOf({ unit: 'certd-http.socket', ...change });
    expect(unitFindings([left], false)).toEqual([
      {
        check: 'unit-state',
        status: 'warning',
        subject: 'certd-http.socket',
        message,
        cure: '`systemctl disable --now certd-http.socket`, then `systemctl restart certd`: until then nobody else can have its port.',
      },
    ]);
  });

  it.each([
    [{ load: 'not-found', file: '', active: 'inactive' }],
    [{ load: 'masked', file: 'masked', active: 'inactive' }],
    [{ file: 'disabled', active: 'failed' }],
  ])('of port 80 that no challenge needs and that is off is of no interest: %j', change => {
    const off = stateOf({ unit: 'certd-http.socket', ...change });
    expect(unitFindings([off, stateOf({})], false)).toMatchObject([{ subject: 'certd.service' }]);
  });
});

it('no unit at all is unknown', () => {
  const state = stateOf({ load: 'not-found', file: '', active: 'inactive' });
  expect(unitFindings([state], true)).toMatchObject([{ subject: 'systemd', status: 'unknown' }]);
});

it('reads what systemctl shows', () => {
  const text = `Id=certd.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart
Result=exit-code
NRestarts=41
FragmentPath=/usr/lib/systemd/system/certd.service
UnitFileState=enabled
DropInPaths=/etc/systemd/system/certd.service.d/a.conf /run/systemd/system/certd.service.d/b.conf
NeedDaemonReload=no

Id=certd-http.socket
LoadState=not-found
ActiveState=inactive
SubState=dead
FragmentPath=
DropInPaths=
NeedDaemonReload=no
`;
  expect(unitsIn(text)).toEqual([
    {
      unit: 'certd.service',
      load: 'loaded',
      file: 'enabled',
      active: 'activating',
      sub: 'auto-restart',
      result: 'exit-code',
      restarts: '41',
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
      sub: 'dead',
      result: '',
      restarts: '',
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
