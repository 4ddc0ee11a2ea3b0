import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { hookEnvironment } from '../../src/deploy/hook-environment.ts';
import { type HookResult, runHook } from '../../src/deploy/run-hook.ts';
import { makeLeaf, makeTarget } from '../support/make-observed.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

const graceMs = 100;

let dir: string;
beforeEach(() => {
  dir = ownDir();
});

function run(script: string, env: Record<string, string> = {}, timeoutMs = 20_000): Promise<HookResult> {
  return runHook({
    command: { kind: 'shell', script },
    env: { PATH: '/usr/bin:/bin', ROOM: dir, ...env },
    timeoutMs,
    graceMs,
    signal: new AbortController().signal,
  });
}

/** The process whose number a hook wrote down; killed when the test ends. */
function stray(file: string): Promise<number> {
  return waitUntil(`${file} holds a pid`, () => {
    const text = readFileSync(join(dir, file), 'utf8');
    if (!text.endsWith('\n')) return null;
    const pid = Number(text);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    return pid;
  });
}

const isRunning = (pid: number) => process.kill(pid, 0);

describe('a hook as people write it', () => {
  it('that waits for what it has put into a session of its own is given up at its limit', async () => {
    const script = 'setsid --wait sh -c \'echo $$ > "$ROOM/pid"; exec sleep 600\'';
    // The limit passes once the session is there, however late the machine comes to that.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const running = run(script, {}, 1000);
    const pid = await stray('pid');
    vi.advanceTimersByTime(1000 + 2 * graceMs);
    expect(await running).toMatchObject({ outcome: 'hook-timeout', detail: 'killed after 1 s' });
    // What has left the group is not certd's to kill.
    expect(isRunning(pid)).toBe(true);
  });

  it('may close its output and go on: it is waited for, and its exit code counts', async () => {
    const result = await run('exec >&- 2>&- <&-; sleep 0.3; : > "$ROOM/done"; exit 4');
    expect(result).toEqual({ outcome: 'hook-failed', detail: 'exit 4', output: '' });
    expect(statSync(join(dir, 'done')).size).toBe(0);
  });
});

/** The shapes of hooks from certbot's users: nothing of them is changed. */
describe('a deploy hook of certbot', () => {
  /** Two certificates that are live, and what a hook of both is told. */
  function renewed(...names: readonly string[]): Record<string, string> {
    const subjects = names.map(name => {
      const liveDir = join(dir, 'live', name);
      mkdirSync(liveDir, { recursive: true });
      writeFileSync(join(liveDir, 'fullchain.pem'), `chain of ${name}\n`);
      writeFileSync(join(liveDir, 'privkey.pem'), `key of ${name}\n`);
      const target = makeTarget({ name, domains: [name, `www.${name}`] });
      return { target, leaf: makeLeaf(), liveDir, previous: null };
    });
    return hookEnvironment(subjects);
  }

  it('copies $RENEWED_LINEAGE to where another service reads it', async () => {
    mkdirSync(join(dir, 'murmur'));
    const script = `set -e
umask 077
cp "$RENEWED_LINEAGE/fullchain.pem" "$ROOM/murmur/cert.pem"
cp "$RENEWED_LINEAGE/privkey.pem" "$ROOM/murmur/key.pem"
chmod 640 "$ROOM/murmur/key.pem"
cat "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem" > "$ROOM/murmur/combined.pem"
`;
    expect(await run(script, renewed('shop.example'))).toMatchObject({ outcome: 'ok' });
    expect(readFileSync(join(dir, 'murmur/cert.pem'), 'utf8')).toBe('chain of shop.example\n');
    expect(readFileSync(join(dir, 'murmur/combined.pem'), 'utf8')).toBe(
      'chain of shop.example\nkey of shop.example\n',
    );
    expect(statSync(join(dir, 'murmur/key.pem')).mode & 0o777).toBe(0o640);
  });

  it('goes through $RENEWED_DOMAINS, and takes the name from $RENEWED_LINEAGE', async () => {
    // The loop of certbot's documentation of renewal hooks.
    const script = `set -e
for domain in $RENEWED_DOMAINS; do
  case $domain in
    shop.example) echo "reload for $domain of $(basename "$RENEWED_LINEAGE")" >> "$ROOM/log" ;;
    *) echo "nothing for $domain" >> "$ROOM/log" ;;
  esac
done
`;
    expect(await run(script, renewed('shop.example'))).toMatchObject({ outcome: 'ok' });
    expect(readFileSync(join(dir, 'log'), 'utf8')).toBe(
      'reload for shop.example of shop.example\nnothing for www.shop.example\n',
    );
  });
});
