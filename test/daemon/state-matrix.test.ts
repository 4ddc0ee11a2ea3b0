import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FailureRecord } from '../../src/core/issue/failure-record.ts';
import type { HookResult, HookRun } from '../../src/deploy/run-hook.ts';
import { expectAgreement, type Said } from '../support/agreement.ts';
import { askSocket } from '../support/ask-socket.ts';
import { day, hour, makeTrouble } from '../support/make-observed.ts';
import { sampleValue } from '../support/prometheus.ts';
import { type RoomDaemon, roomDaemon } from '../support/room-daemon.ts';
import { name, type StateRoom, stateRoom } from '../support/state-room.ts';
import { waitUntil } from '../support/wait-until.ts';

let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'certd-matrix-'));
});

afterAll(() => rmSync(cache, { recursive: true }));

const first = '0001-aabbccdd';
const second = '0002-eeff0011';

/** One row of the matrix: how the state comes about, and what is said then. Moments are in days from the start. */
type State = {
  readonly disk: (room: StateRoom) => Promise<unknown>;
  readonly event?: (daemon: RoomDaemon, room: StateRoom) => Promise<unknown> | unknown;
  readonly hook?: (run: HookRun) => Promise<HookResult>;
  readonly livez?: 503;
  readonly exit: 0 | 1 | 2;
  /** Begin of the first line of `certd status`. */
  readonly line: string;
  /** Codes on `/healthz`, each with the certificate where it is about one. */
  readonly problems: readonly string[];
  readonly deploy: string;
  readonly notAfter: number | null;
  readonly renewAt: number | null;
  readonly nextAttempt?: number;
  readonly failures?: number;
  /** Further samples, as they stand in the text. */
  readonly samples?: readonly string[];
};

const lastError: FailureRecord = {
  code: 'validation-failed',
  message: 'a.example: connection refused',
  at: Date.now(),
  since: Date.now(),
  problemType: null,
};

/** Ninety days, of which thirty are over: it is renewed in thirty days, and ends in sixty. */
const well = async (room: StateRoom) => {
  await room.issue(first, -30, 60);
  await room.deploy(first);
};

/** Due since ten days, with twenty left: above the threshold of a warning, which is at eighteen. */
const due = async (room: StateRoom) => {
  await room.issue(first, -70, 20);
  await room.deploy(first);
};

const owed = async (room: StateRoom) => {
  await due(room);
  await room.issue(second, -1 / 24, 90 - 1 / 24);
};

/** Looks once, and waits for the end of what that begins. */
const look = async ({ loop }: RoomDaemon) => {
  loop.start();
  await loop.ask({ names: [name], asked: 'nothing' });
};

/** The CA is not asked for a window: nothing but what the row is about is to be done. */
const windowKnown = ({ start }: StateRoom) => ({ windowCheckAt: start + hour });

/** A hook that ends only with certd. */
const hangingHook = ({ signal }: HookRun) =>
  new Promise<HookResult>(resolve => {
    const stopped = { outcome: 'stopped', detail: 'stopped', output: '' } as const;
    signal.addEventListener('abort', () => resolve(stopped));
  });

const one = '1 certificate';
const oneWarning = `WARNING: ${one}, 1 warning (`;
const oneCritical = `CRITICAL: ${one}, 1 critical (`;
const shown = { deploy: 'deployed', notAfter: 60, renewAt: 30 } as const;
const dueShown = { deploy: 'deployed', notAfter: 20, renewAt: -10 } as const;

const matrix: Readonly<Record<string, State>> = {
  'never issued': {
    disk: async () => {},
    exit: 2,
    line: oneCritical,
    problems: [`not-issued ${name}`],
    deploy: 'none',
    notAfter: null,
    renewAt: null,
    samples: [
      `certd_renewals_total{name="${name}",ca="main",result="success"} 0`,
      `certd_renewals_total{name="${name}",ca="main",result="failure"} 0`,
    ],
  },
  'ordered for the first time': {
    disk: room => room.order(),
    exit: 2,
    line: oneCritical,
    problems: [`not-issued ${name}`],
    deploy: 'none',
    notAfter: null,
    renewAt: null,
  },
  well: { disk: well, exit: 0, line: `OK: ${one} (`, problems: [], ...shown },
  renewing: {
    disk: async room => {
      await due(room);
      await room.order();
    },
    exit: 0,
    line: `OK: ${one} (`,
    problems: [],
    ...dueShown,
  },
  failing: {
    disk: async room => {
      await due(room);
      await room.writeIssuer(windowKnown(room));
    },
    event: look,
    exit: 1,
    line: oneWarning,
    problems: [`ca-unreachable ${name}`],
    ...dueShown,
    // A minute, and half of a tenth of jitter. An outage is no failure of the certificate.
    nextAttempt: 63 / 86_400,
    samples: [
      `certd_renewals_total{name="${name}",ca="main",result="success"} 0`,
      `certd_renewals_total{name="${name}",ca="main",result="failure"} 1`,
      'certd_renewal_duration_seconds_count{ca="main",result="failure"} 1',
      'certd_renewal_duration_seconds_count{ca="main",result="success"} 0',
      'certd_acme_requests_total{ca="main",endpoint="directory"} 1',
    ],
  },
  'held by back-off': {
    disk: async room => {
      await due(room);
      await room.writeIssuer({ failures: 3, lastError, nextAttemptAt: room.start + hour });
    },
    exit: 1,
    line: oneWarning,
    problems: [`validation-failed ${name}`],
    ...dueShown,
    nextAttempt: 1 / 24,
    failures: 3,
  },
  'held by the CA': {
    disk: async room => {
      await due(room);
      const limited = { ...lastError, code: 'rate-limited' };
      const troubles = [makeTrouble({ notBefore: room.start + 2 * day })];
      await room.writeIssuer({ failures: 1, lastError: limited, troubles });
    },
    exit: 1,
    line: oneWarning,
    problems: [`rate-limited ${name}`],
    ...dueShown,
    nextAttempt: 2,
    failures: 1,
  },
  'late, since it fails for weeks': {
    disk: async room => {
      await room.issue(first, -80, 10);
      await room.deploy(first);
      await room.writeIssuer({ failures: 9, lastError, nextAttemptAt: room.start + hour });
    },
    exit: 1,
    line: oneWarning,
    problems: [`renewal-late ${name}`, `validation-failed ${name}`],
    deploy: 'deployed',
    notAfter: 10,
    renewAt: -20,
    nextAttempt: 1 / 24,
    failures: 9,
  },
  owed: {
    disk: owed,
    exit: 1,
    line: oneWarning,
    problems: [`deploy-owed ${name}`],
    deploy: 'owed',
    notAfter: 20,
    renewAt: 60 - 1 / 24,
    samples: [`certd_deploy_owed{name="${name}"} 1`],
  },
  'owed, and its hook fails': {
    disk: async room => {
      await owed(room);
      await room.writeIssuer(windowKnown(room));
    },
    event: look,
    hook: async () => ({ outcome: 'hook-failed', detail: 'exit 1', output: '' }),
    exit: 2,
    line: oneCritical,
    problems: [`hook-failed ${name}`],
    deploy: 'failed',
    // It fails for the old one, too, which is live again: the rest of the way back is owed.
    notAfter: 20,
    renewAt: 60 - 1 / 24,
    samples: [
      `certd_deploy_owed{name="${name}"} 1`,
      `certd_deploys_total{name="${name}",result="failure"} 1`,
      `certd_deploys_total{name="${name}",result="success"} 0`,
    ],
  },
  'deployed, and its live link removed by somebody': {
    disk: async room => {
      await well(room);
      rmSync(room.layout.liveLink(name));
    },
    exit: 2,
    line: oneCritical,
    problems: [`not-issued ${name}`, `deploy-owed ${name}`],
    deploy: 'owed',
    notAfter: null,
    renewAt: 30,
    samples: [`certd_deploy_owed{name="${name}"} 1`],
  },
  'hung in a hook for half an hour': {
    disk: async room => {
      await owed(room);
      await room.writeIssuer(windowKnown(room));
    },
    event: async ({ loop, clock, hooksRun }) => {
      loop.start();
      await waitUntil('the hook runs', () => (hooksRun() > 0 ? true : null));
      clock.advance(hour / 2);
    },
    hook: hangingHook,
    livez: 503,
    exit: 2,
    line: `CRITICAL: ${one}, 1 warning (`,
    problems: ['daemon-stuck', `deploy-owed ${name}`],
    deploy: 'owed',
    notAfter: 90 - 1 / 24,
    renewAt: 60 - 1 / 24,
    samples: ['certd_up 0', `certd_deploy_owed{name="${name}"} 1`],
  },
  'state corrupt': {
    disk: async room => {
      await well(room);
      writeFileSync(room.layout.issuerState(name), 'spoiled');
    },
    exit: 2,
    line: oneCritical,
    problems: [`state-corrupt ${name}`],
    deploy: 'deployed',
    notAfter: 60,
    renewAt: null,
  },
  'state corrupt, with a newer generation owed': {
    disk: async room => {
      await owed(room);
      writeFileSync(room.layout.issuerState(name), 'spoiled');
    },
    exit: 2,
    line: oneCritical,
    problems: [`state-corrupt ${name}`],
    deploy: 'owed',
    notAfter: 20,
    renewAt: null,
    samples: [`certd_deploy_owed{name="${name}"} 1`],
  },
  'no longer in the configuration': {
    disk: async room => {
      await well(room);
      room.forgetCertificate();
    },
    exit: 1,
    line: oneWarning,
    problems: [`unmanaged ${name}`],
    ...shown,
    renewAt: null,
  },
  'no longer in the configuration, and expired': {
    disk: async room => {
      await room.issue(first, -91, -1);
      await room.deploy(first);
      room.forgetCertificate();
    },
    exit: 2,
    line: oneCritical,
    problems: [`expired ${name}`, `unmanaged ${name}`],
    deploy: 'deployed',
    notAfter: -1,
    renewAt: null,
  },
  'the configuration refused': {
    disk: well,
    event: async (daemon, room) => {
      room.writeConfig('nonsense: true');
      await daemon.reload();
    },
    exit: 1,
    line: `WARNING: ${one} (`,
    problems: ['config-refused'],
    ...shown,
  },
  'the configuration mended again': {
    disk: well,
    event: async (daemon, room) => {
      room.writeConfig('nonsense: true');
      await daemon.reload();
      room.writeConfig('');
      await daemon.reload();
      await daemon.loop.ask({ names: [name], asked: 'nothing' });
    },
    exit: 0,
    line: `OK: ${one} (`,
    problems: [],
    ...shown,
  },
  'the clock moved back': {
    disk: well,
    event: ({ clock }) => clock.advance(-31 * day),
    exit: 1,
    line: oneWarning,
    problems: [`clock-behind ${name}`],
    ...shown,
  },
  'the clock moved forward': {
    disk: well,
    event: ({ clock }) => clock.advance(61 * day),
    exit: 2,
    line: oneCritical,
    problems: [`expired ${name}`],
    ...shown,
  },
  'the clock moved forward and back again': {
    disk: well,
    event: ({ clock, loop }) => {
      clock.advance(61 * day);
      expect(loop.alive()).toBe(true);
      clock.advance(-61 * day);
    },
    exit: 0,
    line: `OK: ${one} (`,
    problems: [],
    ...shown,
  },
};

it.each(Object.entries(matrix))('%s: every answer is the same one', async (_state, row) => {
  const room = await stateRoom(cache);
  await row.disk(room);
  const daemon = await roomDaemon(room, row.hook);
  await row.event?.(daemon, room);
  const said = await ask(room, daemon.socket);
  const { document, metrics } = expectAgreement(said);
  expect(said.livez).toBe(row.livez ?? 200);
  expect(said.table.code).toBe(row.exit);
  expect(said.table.stdout.split('\n')[0]).toContain(row.line);
  const problems: { code: string; certificate: string | null }[] = JSON.parse(said.healthz.body).problems;
  expect(
    problems.map(({ code, certificate }) => (certificate === null ? code : `${code} ${certificate}`)),
  ).toEqual(row.problems);
  expect(document.certificates).toMatchObject([{ name, deploy: { state: row.deploy } }]);
  const value = (metric: string) => sampleValue(metrics, `certd_certificate_${metric}`, { name });
  const seconds = (days: number | null | undefined) =>
    days === null || days === undefined ? undefined : (room.start + days * day) / 1000;
  expect(value('not_after_timestamp_seconds')).toBe(seconds(row.notAfter));
  expect(value('renew_at_timestamp_seconds')).toBe(seconds(row.renewAt));
  expect(value('next_attempt_timestamp_seconds')).toBe(seconds(row.nextAttempt));
  expect(value('failures')).toBe(row.failures ?? 0);
  for (const sample of row.samples ?? []) expect(said.metrics).toContain(`\n${sample}\n`);
});

/** Asks in every way there is. */
async function ask(room: StateRoom, socket: string): Promise<Said> {
  const [livez, healthz, status, metrics, table, json] = await Promise.all([
    askSocket(socket, '/livez'),
    askSocket(socket, '/healthz'),
    askSocket(socket, '/status'),
    askSocket(socket, '/metrics'),
    room.certd('status'),
    room.certd('status', '--json'),
  ]);
  return {
    livez: livez.status,
    healthz: { status: healthz.status, body: healthz.body },
    status: status.body,
    metrics: metrics.body,
    table,
    json,
  };
}
