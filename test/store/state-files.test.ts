import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { firstIssuerState, type IssuerState } from '../../src/core/model.ts';
import { readDeployState, writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState, writeIssuerState } from '../../src/store/issuer-state.ts';
import { journal } from '../../src/store/journal.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf, openStateDir } from '../support/state-dir.ts';

const usualUmask = process.umask();
afterEach(() => {
  process.umask(usualUmask);
});

const at = (text: string) => Date.parse(text);

const fullIssuerState: IssuerState = {
  failures: 3,
  nextAttemptAt: at('2026-11-21T18:30:00.000Z'),
  troubles: [
    {
      ca: 'letsencrypt',
      since: at('2026-11-21T17:00:00.000Z'),
      at: at('2026-11-21T18:00:00.000Z'),
      notBefore: at('2026-11-21T19:00:00.000Z'),
    },
    {
      ca: 'google',
      since: at('2026-11-21T18:00:00.000Z'),
      at: at('2026-11-21T18:00:00.000Z'),
      notBefore: null,
    },
  ],
  orders: [{ at: at('2026-11-21T18:00:00.000Z'), domains: ['a.test', 'b.test'] }],
  lastAttemptAt: at('2026-11-21T18:00:00.000Z'),
  lastSuccessAt: at('2026-08-21T18:00:00.123Z'),
  lastError: {
    code: 'rate-limited',
    message: 'too many "certificates"\n',
    at: at('2026-11-21T18:00:00.000Z'),
    since: at('2026-11-21T17:00:00.000Z'),
    problemType: 'urn:ietf:params:acme:error:rateLimited',
  },
  failedFor: 'letsencrypt ecdsa-p256 /var/www a.test',
  window: {
    generation: '0003-99887766',
    start: at('2026-11-20T00:00:00.000Z'),
    end: at('2026-11-22T00:00:00.000Z'),
    renewAt: at('2026-11-21T10:11:12.000Z'),
    explanationUrl: 'https://ca.test/why',
    confirmedAt: at('2026-11-20T06:00:00.000Z'),
  },
  windowCheckAt: at('2026-11-22T00:00:00.000Z'),
};

const fullDeployState: DeployState = {
  deployed: '0002-aabbccdd',
  previous: '0001-11223344',
  rejected: ['0004-00000000'],
  files: ['combined root:haproxy 0440 /etc/haproxy/certs/a.pem', 'key -:- 0400 /srv/key.pem'],
  underWay: {
    id: '0003-99887766',
    from: '0002-aabbccdd',
    before: [{ connect: '127.0.0.1:443', serverName: 'a.example', state: 'stale', accepted: true }],
    told: true,
    back: {
      code: 'hook-failed',
      message: 'exit 1',
      at: at('2026-11-21T18:31:00.000Z'),
      commands: true,
      failed: true,
    },
    hooksDone: ['0123456789abcdef'],
    running: 'fedcba9876543210',
    interrupted: 1,
    stops: 1,
    files: ['cert -:- 0444 /srv/cert.pem'],
  },
  refused: '0003-99887766',
  failures: 2,
  nextAttemptAt: at('2026-11-21T18:32:00.000Z'),
  lastAt: at('2026-11-21T18:30:00.000Z'),
  lastError: {
    code: 'hook-failed',
    message: 'exit 3',
    at: at('2026-11-21T18:30:00.000Z'),
    since: at('2026-11-21T18:30:00.000Z'),
    problemType: null,
  },
  failedFor: 'fedcba9876543210',
  served: [
    {
      connect: '127.0.0.1:443',
      serverName: 'a.example',
      state: 'stale',
      detail: 'it presents another certificate',
      fingerprintSha256: '11223344'.repeat(8),
      notAfter: at('2027-01-01T00:00:00.000Z'),
      checkedAt: at('2026-11-21T18:30:00.000Z'),
      since: at('2026-11-21T17:30:00.000Z'),
    },
    {
      connect: '[::1]:25',
      serverName: '192.0.2.1',
      state: 'unreachable',
      detail: 'ECONNREFUSED',
      fingerprintSha256: null,
      notAfter: null,
      checkedAt: at('2026-11-21T18:30:00.000Z'),
      since: at('2026-11-21T18:30:00.000Z'),
    },
  ],
};

it.each([firstIssuerState, fullIssuerState])('gives an issuer state back as it was written', async state => {
  const layout = await openStateDir();
  const path = layout.issuerState('a.example');
  await writeIssuerState(realDisk, path, state);
  expect(readIssuerState(layout, 'a.example')).toEqual(state);
});

it.each([firstDeployState, fullDeployState])('gives a deploy state back as it was written', async state => {
  const layout = await openStateDir();
  const path = layout.deployState('a.example');
  await writeDeployState(realDisk, path, state);
  expect(readDeployState(path)).toEqual(state);
});

it('reads a missing file as the first state', async () => {
  const layout = await openStateDir();
  expect(readIssuerState(layout, 'a.example')).toEqual(firstIssuerState);
  expect(readDeployState(layout.deployState('a.example'))).toEqual(firstDeployState);
});

it('writes the keys of docs/state.md sections 5 and 6, for whoever reads them without certd', async () => {
  const layout = await openStateDir();
  await writeIssuerState(realDisk, layout.issuerState('a.example'), fullIssuerState);
  await writeDeployState(realDisk, layout.deployState('a.example'), fullDeployState);
  expect(JSON.parse(readFileSync(layout.issuerState('a.example'), 'utf8'))).toEqual({
    schema: 1,
    failures: 3,
    next_attempt_at: '2026-11-21T18:30:00.000Z',
    troubles: [
      {
        ca: 'letsencrypt',
        since: '2026-11-21T17:00:00.000Z',
        at: '2026-11-21T18:00:00.000Z',
        not_before: '2026-11-21T19:00:00.000Z',
      },
      {
        ca: 'google',
        since: '2026-11-21T18:00:00.000Z',
        at: '2026-11-21T18:00:00.000Z',
        not_before: null,
      },
    ],
    orders: [{ at: '2026-11-21T18:00:00.000Z', domains: ['a.test', 'b.test'] }],
    last_attempt_at: '2026-11-21T18:00:00.000Z',
    last_success_at: '2026-08-21T18:00:00.123Z',
    last_error: {
      code: 'rate-limited',
      message: 'too many "certificates"\n',
      at: '2026-11-21T18:00:00.000Z',
      since: '2026-11-21T17:00:00.000Z',
      problem_type: 'urn:ietf:params:acme:error:rateLimited',
    },
    failed_for: 'letsencrypt ecdsa-p256 /var/www a.test',
    window: {
      generation: '0003-99887766',
      start: '2026-11-20T00:00:00.000Z',
      end: '2026-11-22T00:00:00.000Z',
      renew_at: '2026-11-21T10:11:12.000Z',
      explanation_url: 'https://ca.test/why',
      confirmed_at: '2026-11-20T06:00:00.000Z',
    },
    window_check_at: '2026-11-22T00:00:00.000Z',
  });
  expect(JSON.parse(readFileSync(layout.deployState('a.example'), 'utf8'))).toEqual({
    schema: 1,
    deployed: '0002-aabbccdd',
    previous: '0001-11223344',
    rejected: ['0004-00000000'],
    files: ['combined root:haproxy 0440 /etc/haproxy/certs/a.pem', 'key -:- 0400 /srv/key.pem'],
    under_way: {
      id: '0003-99887766',
      from: '0002-aabbccdd',
      before: [{ connect: '127.0.0.1:443', server_name: 'a.example', state: 'stale', accepted: true }],
      told: true,
      back: {
        code: 'hook-failed',
        message: 'exit 1',
        at: '2026-11-21T18:31:00.000Z',
        commands: true,
        failed: true,
      },
      hooks_done: ['0123456789abcdef'],
      running: 'fedcba9876543210',
      interrupted: 1,
      stops: 1,
      files: ['cert -:- 0444 /srv/cert.pem'],
    },
    refused: '0003-99887766',
    failures: 2,
    next_attempt_at: '2026-11-21T18:32:00.000Z',
    last_at: '2026-11-21T18:30:00.000Z',
    last_error: {
      code: 'hook-failed',
      message: 'exit 3',
      at: '2026-11-21T18:30:00.000Z',
      since: '2026-11-21T18:30:00.000Z',
      problem_type: null,
    },
    failed_for: 'fedcba9876543210',
    served: [
      {
        connect: '127.0.0.1:443',
        server_name: 'a.example',
        state: 'stale',
        detail: 'it presents another certificate',
        fingerprint_sha256: '1122334411223344112233441122334411223344112233441122334411223344',
        not_after: '2027-01-01T00:00:00.000Z',
        checked_at: '2026-11-21T18:30:00.000Z',
        since: '2026-11-21T17:30:00.000Z',
      },
      {
        connect: '[::1]:25',
        server_name: '192.0.2.1',
        state: 'unreachable',
        detail: 'ECONNREFUSED',
        fingerprint_sha256: null,
        not_after: null,
        checked_at: '2026-11-21T18:30:00.000Z',
        since: '2026-11-21T18:30:00.000Z',
      },
    ],
  });
});

it('replaces a state as a whole, over whatever a crash left beside it', async () => {
  const layout = await openStateDir();
  const path = layout.deployState('a.example');
  await writeDeployState(realDisk, path, firstDeployState);
  writeFileSync(`${path}.new`, '{"half', { mode: 0o400 });
  const disk = recordingDisk(layout.root);
  await writeDeployState(disk, path, fullDeployState);
  expect(disk.calls).toEqual([
    // Refused, since it is there.
    'writeNew deploy/a.example.json.new',
    'unlink deploy/a.example.json.new',
    'writeNew deploy/a.example.json.new',
    'rename deploy/a.example.json.new deploy/a.example.json',
    'syncDir deploy',
  ]);
  expect(readDeployState(path)).toEqual(fullDeployState);
});

it('keeps one journal a month, a line an event', async () => {
  const layout = await openStateDir();
  await journal(realDisk, layout.issuer, at('2026-11-30T23:59:59.999Z'), { event: 'issued', durationMs: 5 });
  await journal(realDisk, layout.issuer, at('2026-12-01T00:00:00.000Z'), { event: 'failed', code: null });
  await journal(realDisk, layout.issuer, at('2026-12-01T00:00:01.000Z'), { event: 'a\nb' });
  expect(readFileSync(`${layout.issuer}/journal-2026-11.ndjson`, 'utf8')).toBe(
    '{"at":"2026-11-30T23:59:59.999Z","event":"issued","durationMs":5}\n',
  );
  expect(readFileSync(`${layout.issuer}/journal-2026-12.ndjson`, 'utf8')).toBe(
    '{"at":"2026-12-01T00:00:00.000Z","event":"failed","code":null}\n{"at":"2026-12-01T00:00:01.000Z","event":"a\\nb"}\n',
  );
});

it.each([0o000, 0o077])('gives files their own modes under umask %i', async umask => {
  const layout = await openStateDir();
  process.umask(umask);
  await writeIssuerState(realDisk, layout.issuerState('a.example'), firstIssuerState);
  await writeDeployState(realDisk, layout.deployState('a.example'), firstDeployState);
  await journal(realDisk, layout.deploy, at('2026-11-30T00:00:00Z'), { event: 'deployed' });
  const modes = modesOf(layout.root);
  expect(modes).toContain('0600 issuer/state/a.example.json');
  expect(modes).toContain('0644 deploy/a.example.json');
  expect(modes).toContain('0600 deploy/journal-2026-11.ndjson');
});

it('takes up what an earlier version has begun: it would go back to what was deployed', async () => {
  const layout = await openStateDir();
  const file = layout.deployState('a.example');
  await writeDeployState(realDisk, file, fullDeployState);
  const { refused: _, failed_for: __, ...document } = JSON.parse(readFileSync(file, 'utf8'));
  const early = { id: '0003-99887766', hooks_done: [], running: null, interrupted: 0 };
  writeFileSync(file, JSON.stringify({ ...document, under_way: early }));
  expect(readDeployState(file)).toMatchObject({
    refused: null,
    failedFor: null,
    underWay: { id: '0003-99887766', from: '0002-aabbccdd', before: [], told: false, back: null, files: [] },
  });
});

it.each([
  { hooks_done: ['0123456789abcdef'], running: null, interrupted: 0 },
  { hooks_done: [], running: '0123456789abcdef', interrupted: 0 },
  { hooks_done: [], running: null, interrupted: 1 },
])('believes that an earlier version has told servers where it has run something: %j', async progress => {
  const layout = await openStateDir();
  const file = layout.deployState('a.example');
  await writeDeployState(realDisk, file, fullDeployState);
  const { under_way: underWay, ...document } = JSON.parse(readFileSync(file, 'utf8'));
  const { told: _, ...early } = { ...underWay, ...progress };
  const before = ['match', 'stale'].map(state => ({ connect: ':443', server_name: 'a.example', state }));
  writeFileSync(file, JSON.stringify({ ...document, under_way: { ...early, before } }));
  expect(readDeployState(file).underWay).toMatchObject({
    told: true,
    before: [{ accepted: true }, { accepted: false }],
  });
});
