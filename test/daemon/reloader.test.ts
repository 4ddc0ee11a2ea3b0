import { beforeEach, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { CertdError } from '../../src/core/errors.ts';
import { openReloader } from '../../src/daemon/reloader.ts';
import { openLog } from '../../src/log.ts';
import { openWorld } from '../../src/store/world.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeTarget } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

const started = makeConfig([]);
const fresh = makeConfig([makeTarget()]);

/** In the order in which it happened. */
let told: string[];
let logged: Record<string, unknown>[];
let reload: () => Config;
let replace: () => void;
let refresh: () => Promise<void>;
let reloader: ReturnType<typeof openReloader>;

beforeEach(async () => {
  told = [];
  logged = [];
  reload = () => fresh;
  replace = () => {};
  const world = openWorld(await openStateDir());
  refresh = world.refresh;
  const log = openLog({
    level: 'info',
    style: 'json',
    write: line => {
      const { level, time, ...facts } = JSON.parse(line);
      logged.push(facts);
      told.push(facts.msg);
    },
  });
  const loop = {
    replace: (config: Config) => {
      replace();
      told.push(`replaced by ${config.certificates.length}`);
    },
  };
  reloader = openReloader(started, loop, {
    reload: () => reload(),
    inForce: config => told.push(`${config.certificates.length} in force`),
    log,
    clock: fakeClock(Date.parse('2026-01-10T00:00:00Z')),
    world: { ...world, refresh: () => refresh() },
  });
});

it('says that a configuration is reloaded when it is in force', async () => {
  await reloader.reload();
  expect(told).toEqual(['replaced by 1', '1 in force', 'configuration reloaded']);
  expect(reloader.problems()).toEqual([]);
});

it('leaves the old one in force where the new one is bad, shows why, and forgets it with a good one', async () => {
  const facts = { problems: 'one; two' };
  reload = () => {
    throw new CertdError('config-invalid', 'one (and 1 more)', { facts });
  };
  await reloader.reload();
  expect(told).toEqual(['configuration refused']);
  expect(logged).toEqual([
    {
      code: 'config-refused',
      cause: 'config-invalid',
      problems: 'one; two',
      reason: 'one (and 1 more)',
      msg: 'configuration refused',
    },
  ]);
  expect(reloader.problems()).toEqual([
    {
      code: 'config-refused',
      certificate: null,
      message: 'one (and 1 more)',
      since: '2026-01-10T00:00:00.000Z',
      level: 'warning',
    },
  ]);
  reload = () => fresh;
  await reloader.reload();
  expect(reloader.problems()).toEqual([]);
});

it('where the state cannot be read says that, and not that the configuration is bad', async () => {
  const readable = refresh;
  refresh = async () => {
    const facts = { errno: 'EIO', path: '/state/live' };
    throw new CertdError('disk-failed', 'scandir failed with EIO: /state/live', { facts });
  };
  await reloader.reload();
  expect(logged).toEqual([
    {
      code: 'disk-failed',
      errno: 'EIO',
      path: '/state/live',
      reason: 'scandir failed with EIO: /state/live',
      msg: 'reload failed',
    },
  ]);
  expect(reloader.problems()).toEqual([
    {
      code: 'disk-failed',
      certificate: null,
      message: 'the configuration was not reloaded: scandir failed with EIO: /state/live',
      since: '2026-01-10T00:00:00.000Z',
      level: 'warning',
    },
  ]);
  refresh = readable;
  await reloader.reload();
  expect(reloader.problems()).toEqual([]);
});

it.each([
  ['config-unreadable', 'config-refused'],
  ['config-name-taken', 'config-refused'],
  ['not-available-yet', 'config-refused'],
  ['permission-denied', 'permission-denied'],
  ['internal-error', 'internal-error'],
] as const)('a reload that ends with %s is the problem %s', async (thrown, shown) => {
  reload = () => {
    throw new CertdError(thrown, 'no');
  };
  await reloader.reload();
  expect(reloader.problems().map(({ code }) => code)).toEqual([shown]);
  expect(logged.map(({ code }) => code)).toEqual([shown]);
});

it.each([
  [{ socket: '/run/other.sock', mode: 0o660, group: null }, 'health.socket'],
  [{ socket: null, mode: 0o666, group: 'ops' }, 'health.mode, health.group'],
])('names what of %j needs a restart', async (health, keys) => {
  reload = () => ({ ...fresh, health });
  await reloader.reload();
  expect(logged.at(-1)).toEqual({
    code: 'config-doubtful',
    reason: `what has changed in ${keys} comes into force when certd is started again`,
    msg: 'configuration needs a restart',
  });
});

it('neither reloads nor refuses where certd ends meanwhile', async () => {
  replace = () => {
    throw new CertdError('stopped', 'certd is being stopped');
  };
  await reloader.reload();
  expect(told).toEqual([]);
  expect(reloader.problems()).toEqual([]);
});
