import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { revokeCommand } from '../../src/commands/revoke.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { RevokeAnswer } from '../../src/daemon/run-revoke.ts';
import { controlSocket } from '../../src/daemon/socket-paths.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { captured } from '../support/captured.ts';
import { ownDir } from '../support/state-dir.ts';

const answer: RevokeAnswer = {
  name: 'a.example',
  generation: '0001-aabbccdd',
  reason: 'superseded',
  signed_by: 'account',
  error: null,
  replacement: 'not-wanted',
};

/** `certd revoke a.example` with a daemon that says this. */
async function revoke(
  says: () => unknown,
  more: { reason?: string; generation?: string; replace?: boolean } = {},
) {
  const runtimeDir = ownDir();
  const asked: unknown[] = [];
  const routes = {
    'GET /livez': () => ({ status: 200, body: { alive: true } }),
    'POST /revoke': (body: unknown) => {
      asked.push(body);
      return { status: 200, body: says() };
    },
  };
  const server = routeServer(routes, () => {});
  onTestFinished(() => void server.close());
  await listenOnSocket(server, controlSocket(runtimeDir), 0o600);
  const places = { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir };
  const options = { ...places, reason: 'unspecified', replace: true, ...more };
  return { asked, ended: await captured(() => revokeCommand('a.example', options)) };
}

it('asks the daemon for what the words say', async () => {
  const { asked, ended } = await revoke(() => answer, {
    reason: '4',
    generation: '0001-aabbccdd',
    replace: false,
  });
  expect(asked).toEqual([
    { name: 'a.example', generation: '0001-aabbccdd', reason: 'superseded', replace: false },
  ]);
  expect(ended).toEqual({
    code: 0,
    out: 'a.example: revoked 0001-aabbccdd (superseded)\na.example: nothing takes its place; `certd renew a.example --force` orders a new one\n',
    err: '',
  });
});

describe('ends with', () => {
  const result = { name: 'a.example', issued: null, deployed: null, error: null, renew_at: null, held: null };
  const error = { code: 'ca-timeout', message: 'no answer' };
  const until = '2026-03-05T15:00:00.000Z';
  const pass = (change: object) => ({ duration_ms: 1, results: [{ ...result, ...change }] });

  it.each<[number, string, object]>([
    [0, 'it is replaced', { replacement: pass({ issued: '0002-aabbccdd' }) }],
    [1, 'the CA did not answer', { signed_by: null, error }],
    [1, 'the replacement failed', { replacement: pass({ error }) }],
    [1, 'the CA makes the replacement wait', { replacement: pass({ held: { by: 'ca', until } }) }],
  ])('%d where %s', async (code, _sentence, change) => {
    expect((await revoke(() => ({ ...answer, ...change }))).ended.code).toBe(code);
  });
});

it.each(['already-revoked', 'ca-refused', 'not-issued', 'usage', 'ca-not-configured'] as const)(
  'a daemon that refuses with %s is shown so',
  async code => {
    const refuse = () => {
      throw new CertdError(code, 'not today');
    };
    await expect(revoke(refuse)).rejects.toMatchObject({ code, message: 'not today' });
  },
);

it.each([
  ['keyCompromized', 'no reason is named `keyCompromized`; did you mean `keyCompromise`?'],
  [
    'boredom',
    'no reason is named `boredom`: there are unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation',
  ],
  [
    'privilegeWithdrawn',
    '`privilegeWithdrawn` is for the CA to say: there are unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation',
  ],
])('the reason %s is wrong usage, and nobody is asked', async (reason, message) => {
  await expect(revoke(() => answer, { reason })).rejects.toMatchObject({ code: 'usage', message });
});
