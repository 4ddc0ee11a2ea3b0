import { describe, expect, it } from 'vitest';
import { type ClockFacts, clockFindings } from '../../../src/doctor/host/clock-findings.ts';
import { lookAtClock } from '../../../src/doctor/host/look-at-clock.ts';
import { makeExamined } from '../../support/make-examined.ts';
import { makeTools } from '../../support/make-tools.ts';

const now = Date.parse('2026-11-28T12:00:00Z');

function found(facts: Partial<ClockFacts>, check: 'clock-right' | 'clock-kept') {
  const kept = { kind: 'synchronized', by: 'the kernel' } as const;
  const { status, message } = clockFindings({ now, kept, past: [], ...facts }).find(
    each => each.check === check,
  ) ?? { status: null, message: null };
  return [status, message];
}

describe('whether the clock is right', () => {
  const file = { what: '/etc/certd/config.yaml', at: now - 5, by: 'host' } as const;
  const leaf = { what: 'the beginning of the certificate a.example', at: now - 5, by: 'ca' } as const;

  it('is ok where nothing of certd is from later, which says no more than that it is not behind', () => {
    expect(found({ past: [file, leaf] }, 'clock-right')).toEqual([
      'ok',
      'is not behind: it says 2026-11-28T12:00:00.000Z, and nothing of certd is from later; that it is not ahead cannot be told by this',
    ]);
  });

  it('is unknown with nothing to compare', () => {
    expect(found({}, 'clock-right')[0]).toBe('unknown');
  });

  it('may differ from a CA’s by a minute', () => {
    expect(found({ past: [{ ...leaf, at: now + 60_000 }] }, 'clock-right')[0]).toBe('ok');
    expect(found({ past: [{ ...leaf, at: now + 60_001 }] }, 'clock-right')[0]).toBe('critical');
  });

  it('is critical where a certificate begins in the future, whatever files say', () => {
    const past = [
      { ...file, at: now + 86_400_000 },
      { ...leaf, at: now + 7_200_000 },
      { ...leaf, at: now + 3_600_000 },
    ];
    expect(found({ past }, 'clock-right')).toEqual([
      'critical',
      'it says 2026-11-28T12:00:00.000Z, but the beginning of the certificate a.example is from 2026-11-28T14:00:00.000Z, 2h ahead',
    ]);
  });

  it('is a warning where a file alone is from the future', () => {
    expect(found({ past: [leaf, { ...file, at: now + 120_000 }] }, 'clock-right')).toEqual([
      'warning',
      'it says 2026-11-28T12:00:00.000Z, but /etc/certd/config.yaml is from 2026-11-28T12:02:00.000Z, 2m ahead',
    ]);
  });
});

describe('whether the clock is kept', () => {
  type Answers = Readonly<Record<string, { stdout?: string; stderr?: string; failed?: string }>>;

  async function kept(answers: Answers, isBooted = true) {
    const tools = makeTools({
      files: isBooted ? { '/run/systemd/system/x': '' } : {},
      installed: Object.keys(answers),
      run: async ([program]) => ({
        failed: null,
        stdout: '',
        stderr: '',
        ...answers[program.slice('/usr/sbin/'.length)],
      }),
    });
    const findings = await lookAtClock(makeExamined(), [], tools);
    const { status, message } = findings.find(({ check }) => check === 'clock-kept') ?? {};
    return [status, message];
  }

  const noSystemd = { failed: 'exit 1', stderr: 'Failed to query server' };

  it('is ok where the kernel says so', async () => {
    expect(await kept({ timedatectl: { stdout: 'NTP=no\nNTPSynchronized=yes\n' } })).toEqual([
      'ok',
      'the kernel says that it is in step with a time server',
    ]);
  });

  it('is a warning without a service, and with one that has not done it yet', async () => {
    expect(await kept({ timedatectl: { stdout: 'NTP=no\nNTPSynchronized=no\n' } })).toEqual([
      'warning',
      'no time service that systemd knows keeps it',
    ]);
    expect(await kept({ timedatectl: { stdout: 'NTP=yes\nNTPSynchronized=no\n' } })).toEqual([
      'warning',
      'a time service is switched on, but has not set it yet',
    ]);
  });

  it('asks chrony where systemd cannot say', async () => {
    const inStep = { stdout: 'Reference ID    : C0000201 (192.0.2.1)\nLeap status     : Normal\n' };
    expect(await kept({ timedatectl: noSystemd, chronyc: inStep })).toEqual([
      'ok',
      'chrony says that it is in step with a time server',
    ]);
    expect(await kept({ chronyc: { stdout: 'Leap status     : Not synchronised\n' } })).toEqual([
      'warning',
      'chrony runs, but is not in step with a time server',
    ]);
  });

  it('is unknown where nobody can tell', async () => {
    expect(await kept({})).toEqual(['unknown', 'nobody can tell: neither systemd runs here nor chrony']);
    expect((await kept({ timedatectl: { stdout: 'NTPSynchronized=yes\n' } }, false))[0]).toBe('unknown');
    expect(await kept({ timedatectl: noSystemd })).toEqual([
      'unknown',
      'timedatectl does not say: Failed to query server (exit 1)',
    ]);
    expect(
      await kept({
        timedatectl: noSystemd,
        chronyc: { failed: 'exit 1', stdout: '506 Cannot talk to daemon' },
      }),
    ).toEqual(['unknown', 'chronyc does not say: 506 Cannot talk to daemon (exit 1)']);
  });
});
