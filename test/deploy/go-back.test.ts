import { describe, expect, it } from 'vitest';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import { hookKey } from '../../src/deploy/owed-hooks.ts';
import { day, makeLeaf, makeRevocation, makeUnderWay } from '../support/make-observed.ts';
import { type Behaviour, deployBench, done, exit, failsFor, hook, start } from './bench.ts';

const minute = 60_000;
const old = '0001-aaaaaaaa';
const fresh = '0002-bbbbbbbb';
const wanted = { name: 'a', id: fresh, test: 'check', hooks: ['reload', 'tell'] };
const before: DeployState = { ...firstDeployState, deployed: old };
function benchWith(hooks: Behaviour['hooks'], more: Omit<Behaviour, 'hooks'> = {}) {
  const bench = deployBench({ ...(hooks === undefined ? {} : { hooks }), ...more });
  bench.states.set('a', before);
  return bench;
}

describe('a test that fails', () => {
  it('brings the old one back, and no hook has run', async () => {
    const bench = benchWith({ check: failsFor(fresh) });
    const [outcome] = await bench.deploy(wanted);
    const said = 'test (check): exit 3: first; key mismatch; no good';
    expect(outcome).toMatchObject({ id: fresh, backTo: old, error: { code: 'test-failed', message: said } });
    expect(done(bench)).toEqual([
      `install a ${fresh}`,
      `flip a ${fresh}`,
      'run check for a',
      `flip a ${old}`,
    ]);
    const message = `${said}; ${old} is live again`;
    expect(bench.states.get('a')).toEqual({
      ...before,
      refused: fresh,
      failures: 1,
      nextAttemptAt: start + 63_000,
      lastAt: start,
      lastError: { code: 'test-failed', message, at: start, since: start, problemType: null },
      failedFor: '0123456789abcdef',
    });
  });

  it('is tried anew with every attempt, and forgotten when it succeeds', async () => {
    const bad = [fresh];
    const bench = benchWith({ check: run => failsFor(...bad)(run) });
    for (const wait of [1, 2, 4]) {
      await bench.deploy(wanted);
      expect(bench.states.get('a')?.nextAttemptAt).toBe(start + wait * minute * 1.05);
    }
    bad.pop();
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null, backTo: null }]);
    expect(bench.states.get('a')).toEqual({ ...before, deployed: fresh, previous: old, lastAt: start });
  });

  it('shows only the end of what it said, on one line, and no key', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----`;
    const output = `${'x'.repeat(500)}\n${key}\n\u001b[31mred`;
    const bench = benchWith({ check: () => ({ outcome: 'hook-failed', detail: 'exit 1', output }) });
    const [outcome] = await bench.deploy(wanted);
    expect(outcome?.error?.message).toMatch(
      /^test \(check\): exit 1: …x+; \[private key removed\]; \[31mred$/,
    );
    expect(outcome?.error?.message).toHaveLength('test (check): exit 1: …'.length + 400);
  });
});

describe('a hook that fails', () => {
  it('does not bring back what a person has rolled back', async () => {
    const bench = benchWith({ reload: failsFor(old) });
    bench.states.set('a', { ...firstDeployState, deployed: fresh, previous: old, rejected: [fresh] });
    const [outcome] = await bench.deploy({ ...wanted, id: old });
    expect(outcome).toMatchObject({ id: old, backTo: null, error: { code: 'hook-failed' } });
    expect(outcome?.error?.message).toBe(
      `hook 1 (reload): exit 3; the new one stays: ${fresh} was rejected by a person`,
    );
    expect(done(bench)).toEqual([`install a ${old}`, `flip a ${old}`, 'run check for a', 'run reload for a']);
  });

  it('brings the old one back, and test and hooks run for that one', async () => {
    const bench = benchWith({ reload: failsFor(fresh) });
    const [outcome] = await bench.deploy(wanted);
    expect(outcome).toMatchObject({
      backTo: old,
      error: { code: 'hook-failed', message: 'hook 1 (reload): exit 3' },
    });
    expect(done(bench)).toEqual([
      `install a ${fresh}`,
      `flip a ${fresh}`,
      'run check for a',
      'run reload for a',
      `flip a ${old}`,
      'run check for a',
      'run reload for a',
      'run tell for a',
    ]);
    expect(bench.runs.at(-1)?.env).toMatchObject({
      CERTD_FINGERPRINT_SHA256: old,
      CERTD_PREVIOUS_FINGERPRINT_SHA256: fresh,
    });
    expect(bench.states.get('a')).toMatchObject({
      deployed: old,
      underWay: null,
      refused: fresh,
      failures: 1,
    });
  });

  it('has the way back on record before anything is undone, and how far that has come', async () => {
    const seen: unknown[] = [];
    const bench = benchWith(
      {
        reload: failsFor(fresh),
        tell: () => {
          seen.push(bench.states.get('a')?.underWay);
          return { ...exit(0), output: '' };
        },
      },
      {
        change: ({ flip }) => ({
          flip: (name, id) => {
            seen.push(bench.states.get('a')?.underWay);
            return flip(name, id);
          },
        }),
      },
    );
    await bench.deploy(wanted);
    const back = {
      code: 'hook-failed',
      message: 'hook 1 (reload): exit 3',
      at: start,
      commands: true,
      failed: false,
    };
    const onItsWay = makeUnderWay({ id: fresh, from: old });
    expect(seen).toEqual([
      onItsWay,
      { ...onItsWay, told: true, back },
      {
        ...onItsWay,
        told: true,
        back,
        hooksDone: [hookKey(hook('check'), 0), hookKey(hook('reload'), 1)],
        running: hookKey(hook('tell'), 2),
      },
    ]);
  });

  it('runs nothing for the old one where its test fails, waits, and goes on from there', async () => {
    const broken = [old];
    const bench = benchWith({ reload: failsFor(fresh), check: run => failsFor(...broken)(run) });
    const [outcome] = await bench.deploy(wanted);
    expect(outcome).toMatchObject({
      backTo: null,
      error: {
        code: 'test-failed',
        message: `on the way back to ${old}: test (check): exit 3: first; key mismatch; no good (hook 1 (reload): exit 3)`,
      },
    });
    expect(bench.states.get('a')).toMatchObject({
      refused: null,
      failures: 1,
      nextAttemptAt: start + 63_000,
      underWay: { back: { code: 'hook-failed' }, hooksDone: [], running: null },
    });
    broken.pop();
    bench.log.length = 0;
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'hook-failed' } }]);
    expect(done(bench)).toEqual([`flip a ${old}`, 'run check for a', 'run reload for a', 'run tell for a']);
    expect(bench.states.get('a')).toMatchObject({ underWay: null, refused: fresh });
  });

  it('holds the new one back no longer where the way back had failed, too, and has waited', async () => {
    const broken = [old, fresh];
    const bench = benchWith({ reload: run => failsFor(...broken)(run) });
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, goesOn: false }]);
    expect(bench.states.get('a')).toMatchObject({ failures: 1, underWay: { back: { failed: true } } });
    broken.shift();
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, goesOn: true }]);
    const goneBack = { refused: fresh, underWay: null, failures: 1, nextAttemptAt: null };
    expect(bench.states.get('a')).toMatchObject(goneBack);
    // Once: what fails again and comes back at once waits, and longer than before.
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, goesOn: false }]);
    expect(bench.states.get('a')).toMatchObject({ failures: 2, nextAttemptAt: start + 126_000 });
  });

  it('does not repeat on the way back what has succeeded there', async () => {
    const bench = benchWith({ reload: failsFor(fresh), tell: failsFor(old) });
    for (let round = 0; round < 3; round++) await bench.deploy(wanted);
    expect(bench.runs.map(({ command }) => command)).toEqual(
      ['check', 'reload', 'check', 'reload', 'tell', 'tell', 'tell'].map(hook),
    );
  });
});

describe('the new one stays, with the failure on record and with back-off', () => {
  const ended = makeLeaf({ fingerprintSha256: old, notAfter: start });
  /** Ninety days from 2026-01-01; so much before its end is a twentieth of that. */
  const twentieth = 4.5 * day;

  it.each([
    ['where it is to be kept', 'deploy.on_failure is keep', 'keep', () => {}],
    ['where nothing was live', 'there is none to go back to', undefined, bench => void bench.states.clear()],
    [
      'where the old one is spoiled',
      'there is none to go back to',
      undefined,
      bench => void bench.leaves.set(old, null),
    ],
    [
      'where the old one has ended',
      `${old} ended 2026-01-10T00:00:00.000Z`,
      undefined,
      bench => void bench.leaves.set(old, ended),
    ],
    [
      'where the old one is revoked',
      `${old} is revoked, or its key is compromised`,
      undefined,
      bench => void bench.revoked.push(makeRevocation({ generation: old, reason: 'superseded' })),
    ],
    [
      'where its key is compromised',
      `${old} is revoked, or its key is compromised`,
      undefined,
      bench => void bench.revoked.push(makeRevocation({ generation: '0000-cccccccc', keySha256: old })),
    ],
  ] satisfies readonly [
    string,
    string,
    'keep' | undefined,
    (bench: ReturnType<typeof deployBench>) => void,
  ][])('%s', async (_, reason, onFailure, arrange) => {
    for (const [code, command] of [
      ['test-failed', 'check'],
      ['hook-failed', 'reload'],
    ] as const) {
      const bench = benchWith({ [command]: 'hook-failed' });
      arrange(bench);
      const job = onFailure === undefined ? wanted : { ...wanted, onFailure };
      const [outcome] = await bench.deploy(job);
      expect(outcome).toMatchObject({ backTo: null, error: { code } });
      expect(outcome?.error?.message).toMatch(new RegExp(`exit 3; the new one stays: ${reason}$`));
      expect(bench.live.get('a')).toBe(fresh);
      expect(bench.states.get('a')).toMatchObject({
        underWay: { id: fresh, back: null },
        refused: null,
        failures: 1,
        nextAttemptAt: start + 63_000,
      });
    }
  });

  it('of a revocation for another reason only the generation itself', async () => {
    const bench = benchWith({ reload: failsFor(fresh) });
    bench.revoked.push(makeRevocation({ generation: '0000-cccccccc', keySha256: old, reason: 'superseded' }));
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old }]);
  });

  it.each([
    ['a hook has failed with less than a twentieth of the old one left', 'reload', twentieth - 1, null],
    ['not with a twentieth left', 'reload', twentieth, old],
    ['not where the test has failed: no server would start with it', 'check', twentieth - 1, old],
  ])('%s', async (_, command, left, backTo) => {
    const bench = benchWith({ [command]: failsFor(fresh) });
    const notAfter = start + left;
    bench.leaves.set(old, makeLeaf({ fingerprintSha256: old, notAfter, notBefore: notAfter - 90 * day }));
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo, error: {} }]);
  });
});

it('the same generation deployed once more has nothing to go back to', async () => {
  const bench = benchWith({ reload: 'hook-failed' });
  const [outcome] = await bench.deploy({ ...wanted, id: old });
  expect(outcome?.error?.message).toBe(
    'hook 1 (reload): exit 3; the new one stays: there is none to go back to',
  );
});

it('what the disk refuses on the way back is recorded, and gone on with', async () => {
  let refuse = true;
  const bench = benchWith(
    { reload: failsFor(fresh) },
    {
      change: ({ flip }) => ({
        flip: (name, id) =>
          id === old && refuse ? Promise.reject(new CertdError('permission-denied', 'no')) : flip(name, id),
      }),
    },
  );
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, error: { code: 'permission-denied' } }]);
  expect(bench.runs.map(({ command }) => command)).toEqual(['check', 'reload'].map(hook));
  refuse = false;
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'hook-failed' } }]);
  expect(bench.live.get('a')).toBe(old);
});

it('what a full disk has held up on the way back has waited for nothing, and does so now', async () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'symlink', path: '/x' });
  let isFull = true;
  const bench = benchWith(
    { reload: failsFor(fresh) },
    {
      change: ({ flip }) => ({
        flip: (name, id) => (id === old && isFull ? Promise.reject(full) : flip(name, id)),
      }),
    },
  );
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'disk-full' } }]);
  isFull = false;
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, goesOn: false }]);
  expect(bench.states.get('a')).toMatchObject({ failures: 1, nextAttemptAt: start + 63_000 });
});

it('what the gate refuses now does not go back to what has ended', async () => {
  const refuse = () => Promise.reject(new CertdError('gate-refused', 'it does not fit'));
  const bench = benchWith({}, { change: () => ({ install: refuse }) });
  const back = { code: 'hook-failed', message: 'exit 1', at: start, commands: true, failed: false };
  bench.states.set('a', { ...before, underWay: makeUnderWay({ id: fresh, from: old, back }) });
  bench.leaves.set(old, makeLeaf({ notAfter: start }));
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, error: { code: 'gate-refused' } }]);
  expect(done(bench)).toEqual([]);
});
