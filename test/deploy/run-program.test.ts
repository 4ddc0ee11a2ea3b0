import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/deploy/run-program.ts';

const sh = (script: string, more: { timeoutMs?: number; limit?: number } = {}) =>
  runProgram({ argv: ['/bin/sh', '-c', script], timeoutMs: 20_000, limit: 100_000, ...more });

describe('a program that is asked something', () => {
  it('gives both streams whole, and how it ended', async () => {
    expect(await sh('printf out; printf err >&2')).toEqual({ failed: null, stdout: 'out', stderr: 'err' });
    expect(await sh('printf why >&2; exit 3')).toEqual({ failed: 'exit 3', stdout: '', stderr: 'why' });
    expect(await sh('kill -9 $$')).toMatchObject({ failed: 'killed by SIGKILL' });
  });

  it('has no input, and nothing of certd’s environment', async () => {
    process.env['CERTD_TEST_SECRET'] = 'secret';
    const { stdout } = await sh('cat; env');
    delete process.env['CERTD_TEST_SECRET'];
    expect(stdout).not.toContain('secret');
    expect(stdout).toContain('PATH=/usr/local/sbin:');
  });

  it('that is not there is a failure', async () => {
    const result = await runProgram({ argv: ['/no/such/program'], timeoutMs: 1000, limit: 10 });
    expect(result).toMatchObject({ failed: 'it could not be started' });
  });

  it('that prints for ever is killed', async () => {
    expect((await sh('yes', { limit: 1000 })).failed).toBe('it printed more than 1000 bytes');
  });

  it('that does not end is killed at its limit, also where a child of it holds the pipes', async () => {
    const [alone, withChild] = await Promise.all([
      sh('exec sleep 60', { timeoutMs: 100 }),
      sh('sleep 60 & wait', { timeoutMs: 100 }),
    ]);
    expect([alone.failed, withChild.failed]).toEqual(['killed after 0.1 s', 'killed after 0.1 s']);
  });
});
