import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dryRunCommand } from '../../src/commands/dry-run.ts';
import { dryRunLines } from '../../src/commands/dry-run-lines.ts';
import type { DryRunAnswer, DryRunResult } from '../../src/daemon/run-dry-run.ts';
import { controlSocket } from '../../src/daemon/socket-paths.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { captured } from '../support/captured.ts';
import { expectGolden } from '../support/golden.ts';
import { ownDir } from '../support/state-dir.ts';

const staging = 'https://acme-staging-v02.api.letsencrypt.org/directory';
const passed: DryRunResult = { name: 'a.example', ca: 'letsencrypt', staging, account: null, error: null };
const unvalidated: DryRunResult = { ...passed, ca: 'corp', staging: null, account: true };
const refused = {
  code: 'validation-failed',
  message: 'b.example: 404 (unauthorized)',
  cure: 'Port 80 of the domain must lead to this host, to certd itself or to a web server that serves the webroot; the message holds what the CA saw.',
};

it.each([60, 80, 160])('says what it found about each certificate and CA, on %d columns', width => {
  const results: readonly DryRunResult[] = [
    passed,
    unvalidated,
    { ...unvalidated, account: false },
    { ...passed, name: 'b.example', error: refused },
    { ...unvalidated, name: 'b.example', account: null, error: { ...refused, code: 'self-check-failed' } },
  ];
  const lines = dryRunLines({ duration_ms: 1, results }, width);
  expectGolden(`dry-run-${width}.txt`, `${lines.join('\n')}\n`);
});

it('no words of a CA or a daemon reach the terminal as anything but text', () => {
  const evil = 'a\u001b[2J\nb';
  const error = { code: evil, message: evil, cure: evil };
  const results = [{ name: evil, ca: evil, staging: evil, account: null, error }];
  const text = dryRunLines({ duration_ms: 1, results }, 999).join('');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\n');
});

describe('certd renew --dry-run', () => {
  async function ask(answer: DryRunAnswer, names: readonly string[], more: { json?: true } = {}) {
    const runtimeDir = ownDir();
    const asked: unknown[] = [];
    const routes = {
      'GET /livez': () => ({ status: 200, body: { alive: true } }),
      'POST /dry-run': (body: unknown) => {
        asked.push(body);
        return { status: 200, body: answer };
      },
    };
    const server = routeServer(routes, () => {});
    onTestFinished(() => void server.close());
    await listenOnSocket(server, controlSocket(runtimeDir), 0o600);
    const places = { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir };
    return { asked, ended: await captured(() => dryRunCommand(names, { ...places, ...more })) };
  }

  it('asks the daemon, and ends with 0 where everything passed', async () => {
    const { asked, ended } = await ask({ duration_ms: 5, results: [passed, unvalidated] }, []);
    expect(asked).toEqual([{ names: null }]);
    expect(ended).toEqual({
      code: 0,
      out: `a.example: letsencrypt: passed (at ${staging})\na.example: corp: not validated by a CA; directory, account and self-check passed\n`,
      err: '',
    });
  });

  it('ends with 1 where something failed', async () => {
    const { asked, ended } = await ask(
      { duration_ms: 5, results: [passed, { ...passed, name: 'b.example', error: refused }] },
      ['a.example', 'b.example'],
    );
    expect(asked).toEqual([{ names: ['a.example', 'b.example'] }]);
    expect(ended.code).toBe(1);
  });

  it('prints the answer itself with --json', async () => {
    const answer = { duration_ms: 5, results: [passed] };
    const { ended } = await ask(answer, [], { json: true });
    expect(JSON.parse(ended.out)).toEqual(answer);
  });
});
