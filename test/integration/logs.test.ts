import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CertdCommands,
  certdAt,
  nginxConfig,
  startAgain,
  startCertd,
} from '../support/certd-process.ts';
import { daemonRecord, recordCommand, recordSecret } from '../support/run-record.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'logs.certd.test';
const token = 'planted-token-5f1d0c7b9a3e';
const hmacKey = 'cGxhbnRlZC1obWFjLWtleS0wMTIzNDU2Nzg5YWJjZGVm';
let count = 0;

describe('what certd prints', () => {
  let stack: Stack;
  let config: string;
  let dir: string;
  beforeAll(async () => {
    stack = await startStack();
    config = nginxConfig(stack, [domain]);
    for (const secret of [token, hmacKey]) recordSecret(secret);
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    count += 1;
    dir = join(stack.dir, `certd-${count}`);
  });

  test('has no key and no credential that a hook prints or is given, whether it fails or not', async () => {
    const commands = await certdAt(dir, withHook(config, await talkativeHook(dir)));
    const certd = await startAgain(commands);
    const hooksIn = () =>
      linesOf(certd.process.log()).filter(({ msg }) => msg === 'hook failed' || msg === 'hook ran');
    await waitUntil('the hook has failed', () => (hooksIn().length > 0 ? true : null));
    const status = await certd.command('status', '--json');
    await writeFile(join(dir, 'may-succeed'), '');
    expect((await certd.command('renew')).code).toBe(0);
    expect(hooksIn().map(({ msg }) => msg)).toEqual(['hook failed', 'hook ran']);
    for (const { output } of hooksIn()) {
      expect(output).toContain('[private key removed]');
      expect(output).toContain('Authorization: [removed]');
      expect(output).toContain('end of the hook');
    }
    const began = linesOf(certd.process.log()).find(({ msg }) => msg === 'hook begins');
    expect(began?.hook).toContain('Authorization: [removed]');
    await certd.stop();
    for (const text of [certd.process.log(), status.stdout]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain('BEGIN PRIVATE KEY');
    }
  });

  test('has no EAB key, where the configuration holds it against the rule', async () => {
    const certd = await startCertd(dir, config);
    for (const [eab, fault] of [
      [`{ kid: abc, hmac_key: ${hmacKey} }`, 'config-unknown-key: '],
      [`{ kid: abc, hmac_key_file: ${hmacKey} }`, 'config-invalid: `hmac_key_file` '],
      [hmacKey, 'config-invalid: `eab` '],
      [`{ kid: abc, hmac_key: ${hmacKey}`, 'config-syntax: '],
    ] as const) {
      await certd.configure(config.replace('    trust:', `    eab: ${eab}\n    trust:`));
      process.kill(certd.process.pid, 'SIGHUP');
      const problem = await waitUntil('the reload is refused', async () => {
        const { problems } = JSON.parse((await certd.command('status', '--json')).stdout);
        return problems[0] ?? null;
      });
      expect(problem).toMatchObject({
        code: 'config-refused',
        message: expect.stringMatching(/config\.yaml:[67]:\d+: /),
      });
      const outcomes = [await certd.command('check-config'), await certd.command('plan')];
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining(fault) });
        expect(outcome.stdout + outcome.stderr + JSON.stringify(problem)).not.toContain(hmacKey);
      }
      await certd.configure(config);
      process.kill(certd.process.pid, 'SIGHUP');
      await waitUntil('the good configuration is in force', async () => {
        const { problems } = JSON.parse((await certd.command('status', '--json')).stdout);
        return problems.length === 0 ? true : null;
      });
    }
    await certd.stop();
    expect(certd.process.log()).toContain('configuration refused');
    expect(certd.process.log()).not.toContain(hmacKey);
  });

  test('goes to the journal with its priorities and without a time, but only where the journal is the stream', async () => {
    const hook = join(dir, 'fails');
    const doubtful = 'schedule: "0 3 * * *"\n';
    const commands = await certdAt(dir, withHook(config, hook) + doubtful);
    const logFile = daemonRecord() ?? join(dir, 'journal.txt');
    await writeFile(logFile, '');
    const { dev, ino } = statSync(logFile);
    for (const [stream, pattern] of [
      [`${dev}:${ino}`, /^<(?:[67]>\{"level":[123]|4>\{"level":4|3>\{"level":5)0,(?!"time")/],
      [`${dev}:${ino + 1}`, /^\{"level":[1-5]0,"time":\d+,/],
    ] as const) {
      await writeFile(logFile, '');
      const certd = await startAgain(commands, { env: { JOURNAL_STREAM: stream }, logFile });
      expect((await certd.command('renew')).code).toBe(1);
      await certd.stop();
      const lines = certd.process.log().trim().split('\n');
      expect(lines.filter(line => !pattern.test(line))).toEqual([]);
      for (const level of [20, 30, 40, 50]) expect(lines.join()).toContain(`"level":${level}`);
    }
  });

  test('is for people on a terminal, with colour unless they want none, and without the key there too', async () => {
    for (const noColor of ['', '1']) {
      count += 1;
      const here = join(stack.dir, `certd-${count}`);
      const commands = await certdAt(here, withHook(config, await talkativeHook(here)));
      await writeFile(join(here, 'may-succeed'), '');
      const shown = await onTerminal(commands, noColor);
      expect(shown).toMatch(/\[\d\d:\d\d:\d\d\] .*INFO.*: .*certificate issued/);
      expect(shown).toContain('[private key removed]');
      expect(shown).not.toContain('BEGIN PRIVATE KEY');
      // The line of progress, which comes where this takes long, is wiped by other sequences.
      const colors = shown.split('\u001b').filter(text => /^\[[\d;]*m/.test(text));
      expect(colors.length > 0).toBe(noColor === '');
    }
  });
});

type Line = { readonly msg: string; readonly output?: string; readonly hook?: string };

function linesOf(log: string): readonly Line[] {
  return log
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));
}

function withHook(config: string, hook: string): string {
  return config.replace(/hooks: .*/, `hooks: [["${hook}", "Authorization: Bearer ${token}"]] }`);
}

/** A hook that says what no hook should, and fails until it may succeed. */
async function talkativeHook(dir: string): Promise<string> {
  const hook = join(dir, 'hook');
  await mkdir(dir, { recursive: true });
  const script = `#!/bin/sh
cat "$CERTD_KEY"
echo "$1"
echo '> Proxy-Authorization: Digest username="ops", response="${token}"' >&2
echo '{"headers":{"authorization":"Basic b3BzOnNlY3JldA==","next":1}}'
echo 'refused: Bearer ${token}'
echo 'end of the hook'
exec test -e '${dir}/may-succeed'
`;
  await writeFile(hook, script);
  await chmod(hook, 0o755);
  return hook;
}

/** What `certd renew` shows on a pseudo-terminal (script(1)). */
async function onTerminal({ flags, dir }: CertdCommands, noColor: string): Promise<string> {
  const program = join(import.meta.dirname, '../../dist/certd.js');
  const words = [process.execPath, program, 'renew', '--log-level', 'trace', ...flags];
  const { stdout } = await promisify(execFile)(
    'script',
    ['--quiet', '--return', '--command', words.join(' '), join(dir, 'typescript')],
    { env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', NO_COLOR: noColor } },
  );
  recordCommand(['renew', 'on-a-terminal'], stdout);
  return stdout;
}
