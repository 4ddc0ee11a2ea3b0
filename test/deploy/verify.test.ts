import { describe, expect, it } from 'vitest';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Presented } from '../../src/core/deploy/presented.ts';
import { day, makeEndpoint, makeLeaf } from '../support/make-observed.ts';
import { type Behaviour, deployBench, hook, presents, start } from './bench.ts';

const old = '0001-aaaaaaaa';
const fresh = '0002-bbbbbbbb';
const foreign = '0009-ffffffff';
const none: Presented = { kind: 'none', detail: 'connection refused' };
const untrusted: Extract<Presented, { kind: 'leaf' }> = {
  kind: 'leaf',
  fingerprintSha256: fresh,
  notAfter: start,
  fault: { code: 'E', words: 'no chain' },
};
const web = makeEndpoint();
const mail = makeEndpoint({ connect: '127.0.0.1:25', timeoutMs: 5000 });
const wanted = { name: 'a', id: fresh, test: 'check', hooks: ['reload'], verify: [web] };
const before: DeployState = { ...firstDeployState, deployed: old };

/** A server that presents what was live at its last reload, unless `shows` says something else. */
function server(
  shows: (loaded: string) => Presented | undefined = () => undefined,
  hooks: Behaviour['hooks'] = {},
) {
  let loaded = old;
  const looks: number[] = [];
  const bench = deployBench({
    hooks: {
      reload: () => {
        loaded = bench.live.get('a') ?? '';
        return { outcome: 'ok', detail: 'exit 0', output: '' };
      },
      ...hooks,
    },
    present: () => {
      looks.push(bench.clock.now() - start);
      return shows(loaded) ?? presents(loaded);
    },
  });
  bench.states.set('a', before);
  return { ...bench, looks };
}

const words = ({ runs }: { readonly runs: readonly { readonly command: unknown }[] }) =>
  runs.map(({ command }) => command);

it('looks before anything is changed, and after the hooks, and is done where the new one is presented', async () => {
  const bench = server();
  expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(bench.looks).toEqual([0, 0]);
  expect(bench.states.get('a')).toMatchObject({
    deployed: fresh,
    served: [{ connect: '127.0.0.1:443', state: 'match', fingerprintSha256: fresh, checkedAt: start }],
  });
});

it('has on record what was presented before', async () => {
  const seen: unknown[] = [];
  const bench = server(undefined, {
    check: () => {
      seen.push(bench.states.get('a')?.underWay?.before);
      return { outcome: 'ok', detail: 'exit 0', output: '' };
    },
  });
  await bench.deploy({ ...wanted, verify: [web, mail] });
  expect(seen).toEqual([
    [
      { connect: '127.0.0.1:443', serverName: 'a.example', state: 'match', accepted: true },
      { connect: '127.0.0.1:25', serverName: 'a.example', state: 'match', accepted: true },
    ],
  ]);
});

it('waits for workers that drain, with growing waits', async () => {
  const bench = server(loaded =>
    loaded === fresh && bench.clock.now() < start + 9000 ? presents(old) : undefined,
  );
  expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(bench.looks).toEqual([0, 0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100]);
});

it('where an endpoint has got worse the deploy goes back, and the old one is looked at once more', async () => {
  const bench = server(loaded => (loaded === fresh ? none : undefined));
  const [outcome] = await bench.deploy(wanted);
  expect(outcome).toMatchObject({
    backTo: old,
    error: { code: 'endpoint-unreachable', message: '127.0.0.1:443 (a.example): connection refused' },
  });
  // The limit of the endpoint is over then.
  expect(bench.looks.slice(-2)).toEqual([30_000, 30_000]);
  expect(words(bench)).toEqual(['check', 'reload', 'check', 'reload'].map(hook));
  expect(bench.states.get('a')).toMatchObject({
    deployed: old,
    refused: fresh,
    underWay: null,
    served: [{ state: 'match', fingerprintSha256: old }],
    lastError: {
      code: 'endpoint-unreachable',
      message: `127.0.0.1:443 (a.example): connection refused; ${old} is live again`,
    },
  });
});

it('so does one that clients turn away where they took another certificate of it before', async () => {
  const bench = server(loaded => (loaded === fresh ? untrusted : presents(foreign)));
  const [outcome] = await bench.deploy(wanted);
  expect(outcome).toMatchObject({ backTo: old, error: { code: 'endpoint-untrusted' } });
});

it('a reload that does not take goes back, too', async () => {
  const bench = server(() => presents(old));
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'endpoint-stale' } }]);
});

describe('what was no better before counts as deployed', () => {
  it('unreachable as before is unverified', async () => {
    const bench = server(() => none);
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
    expect(bench.states.get('a')?.served).toMatchObject([
      { state: 'unverified', detail: 'connection refused' },
    ]);
  });

  it('untrusted where it presented something else that clients turned away', async () => {
    const bench = server(loaded =>
      loaded === fresh ? untrusted : { ...untrusted, fingerprintSha256: foreign },
    );
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
    expect(bench.states.get('a')?.served).toMatchObject([{ state: 'untrusted', detail: 'no chain (E)' }]);
  });

  it('whatever a remote one presents', async () => {
    const bench = server(() => presents(old));
    const remote = makeEndpoint({ source: 'remote' });
    expect(await bench.deploy({ ...wanted, verify: [remote] })).toMatchObject([{ error: null }]);
    expect(bench.states.get('a')?.served).toMatchObject([{ state: 'stale' }]);
  });
});

describe('a server that has never presented it', () => {
  it('leaves the new one in place, and owed', async () => {
    const bench = server(() => presents(foreign));
    const [outcome] = await bench.deploy(wanted);
    expect(outcome).toMatchObject({ backTo: null, error: { code: 'endpoint-stale' } });
    expect(bench.live.get('a')).toBe(fresh);
    expect(bench.states.get('a')).toMatchObject({
      deployed: old,
      refused: null,
      failures: 1,
      nextAttemptAt: start + 30_000 + 63_000,
      underWay: { id: fresh, back: null },
      served: [{ state: 'stale' }],
    });
  });

  it('is looked at first at the next attempt, and nothing is run where it presents it now', async () => {
    let mended = false;
    const bench = server(() => presents(mended ? fresh : foreign));
    await bench.deploy(wanted);
    mended = true;
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
    expect(words(bench)).toEqual(['check', 'reload'].map(hook));
    expect(bench.states.get('a')).toMatchObject({
      deployed: fresh,
      failures: 0,
      served: [{ state: 'match' }],
    });
  });

  it('is told of the old one where the test fails at the next attempt: it may have taken the new one', async () => {
    let isBroken = false;
    const bench = server(() => presents(foreign), {
      check: ({ env }) => {
        const fails = isBroken && env['CERTD_FINGERPRINT_SHA256'] === fresh;
        return { outcome: fails ? 'hook-failed' : 'ok', detail: 'exit 1', output: '' };
      },
    });
    await bench.deploy(wanted);
    isBroken = true;
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'test-failed' } }]);
    expect(words(bench)).toEqual(['check', 'reload', 'check', 'check', 'reload'].map(hook));
  });

  it('is told again where it does not', async () => {
    const bench = server(() => presents(foreign));
    await bench.deploy(wanted);
    expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'endpoint-stale' } }]);
    expect(words(bench)).toEqual(['check', 'reload', 'check', 'reload'].map(hook));
    expect(bench.states.get('a')).toMatchObject({ failures: 2 });
  });
});

it('one that got worse stays at the first deploy, where there is nothing to go back to', async () => {
  const bench = server(loaded => (loaded === fresh ? none : presents(foreign)));
  bench.states.set('a', firstDeployState);
  const [outcome] = await bench.deploy(wanted);
  expect(outcome?.error?.message).toBe(
    '127.0.0.1:443 (a.example): connection refused; the new one stays: there is none to go back to',
  );
});

it.each([
  [
    'goes back from a failed hook shortly before the end of the old one, where an endpoint got worse',
    none,
    old,
  ],
  ['and stays where none did', presents(fresh), null],
  ['or where one still presents the old one', presents(old), null],
])('%s', async (_, shown, backTo) => {
  let told = false;
  const bench = server(() => (told ? shown : undefined), {
    reload: ({ env }) => {
      told = env['CERTD_FINGERPRINT_SHA256'] === fresh;
      return { outcome: told ? 'hook-failed' : 'ok', detail: 'exit 3', output: '' };
    },
  });
  const notAfter = start + day;
  bench.leaves.set(old, makeLeaf({ fingerprintSha256: old, notAfter, notBefore: notAfter - 90 * day }));
  expect(await bench.deploy(wanted)).toMatchObject([{ backTo, error: { code: 'hook-failed' } }]);
});

it('a reload that does not take is kept shortly before the end of the old one, and tried again', async () => {
  const bench = server(() => presents(old));
  const notAfter = start + day;
  bench.leaves.set(old, makeLeaf({ fingerprintSha256: old, notAfter, notBefore: notAfter - 90 * day }));
  for (const failures of [1, 2]) {
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, error: { code: 'endpoint-stale' } }]);
    expect(bench.states.get('a')).toMatchObject({ failures, refused: null, underWay: { back: null } });
  }
  expect(bench.live.get('a')).toBe(fresh);
  expect(words(bench)).toEqual(['check', 'reload', 'check', 'reload'].map(hook));
});

it('looks at several at once, each up to its own limit, and names all that got worse', async () => {
  const bench = server(loaded => (loaded === fresh ? presents(old) : undefined));
  const [outcome] = await bench.deploy({ ...wanted, verify: [web, mail] });
  expect(outcome?.error?.message.split('; ')).toEqual([
    '127.0.0.1:443 (a.example): it presents another certificate (SHA-256 0001-aaa…, ends 2026-04-01T00:00:00.000Z)',
    '127.0.0.1:25 (a.example): it presents another certificate (SHA-256 0001-aaa…, ends 2026-04-01T00:00:00.000Z)',
  ]);
});

it('a stop while it waits loses nothing: the next start looks again and runs nothing', async () => {
  let isStopped = true;
  const bench = server(loaded => {
    if (loaded === fresh && isStopped) bench.stop.abort();
    return loaded === fresh && isStopped ? presents(old) : undefined;
  });
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'stopped' } }]);
  expect(bench.states.get('a')).toMatchObject({ failures: 0, underWay: { id: fresh, back: null } });
  isStopped = false;
  const next = deployBench({ present: () => presents(fresh) });
  next.states.set('a', bench.states.get('a') ?? before);
  next.live.set('a', fresh);
  expect(await next.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(next.runs).toEqual([]);
});
