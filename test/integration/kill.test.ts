import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPair } from '../../src/store/generation.ts';
import { nginxConfig } from '../support/certd-process.ts';
import { recordCommand, recordKeys } from '../support/run-record.ts';
import { type Stack, startStack } from '../support/stack.ts';

const program = join(import.meta.dirname, '../../dist/certd.js');
const preload = join(import.meta.dirname, '../support/kill-at.mjs');
const domain = 'kill.certd.test';

type End = { readonly code: number | null; readonly signal: string | null; readonly output: string };

describe('certd killed by SIGKILL, with a real CA and a real nginx', () => {
  let stack: Stack;
  let flags: readonly string[];
  beforeAll(async () => {
    stack = await startStack();
    flags = await prepare(stack);
  });
  afterAll(() => stack.stop());

  const live = () => join(stack.dir, 'state/live', domain);
  const liveNow = () => (existsSync(live()) ? readPair(live()).leaf.fingerprintSha256 : null);
  const renew = async (env: Record<string, string>, ...words: string[]) => {
    const end = await run(['--import', preload, program, 'renew', ...words, ...flags], env);
    recordCommand(['renew', ...words], end.output);
    recordKeys(join(stack.dir, 'state'));
    return end;
  };

  test('before any of a dozen mutations leaves a fitting pair, places no second order and owes its reload', async () => {
    expect(await renew({})).toMatchObject({ code: 0 });
    const countFile = join(stack.dir, 'count');
    expect(await renew({ CERTD_TEST_COUNT_FILE: countFile }, '--force')).toMatchObject({ code: 0 });
    const mutations = Number(readFileSync(countFile, 'utf8'));
    expect(mutations).toBeGreaterThan(30);

    for (let part = 0; part < 12; part++) {
      const killAt = 1 + Math.floor((part * (mutations - 1)) / 11);
      const before = {
        live: liveNow(),
        orders: stack.pebble.orders(),
        reloads: await stack.nginx.reloadCount(),
      };

      const killed = await renew({ CERTD_TEST_KILL_AT: String(killAt) }, '--force');
      expect(killed.signal, `killed before mutation ${killAt}: ${killed.output}`).toBe('SIGKILL');
      const between = { live: liveNow(), orders: stack.pebble.orders() };
      const recorded = isOnDisk(stack, before.live);
      expect(between.live, `after the kill before mutation ${killAt}`).not.toBeNull();

      // The kill may have come before the order: then the second run is the one that is asked to renew.
      const again = await renew({}, ...(recorded ? [] : ['--force']));
      expect(again, `after mutation ${killAt}`).toMatchObject({ code: 0, signal: null });
      const where = `mutation ${killAt}`;
      expect(liveNow(), where).not.toBe(before.live);
      if (recorded) expect(stack.pebble.orders(), where).toBe(between.orders);
      expect(stack.pebble.orders() - before.orders, where).toBeLessThanOrEqual(2);
      const reloads = (await stack.nginx.reloadCount()) - before.reloads;
      expect(reloads, where).toBeGreaterThanOrEqual(1);
      expect(reloads, where).toBeLessThanOrEqual(2);
      expect(readdirSync(join(stack.nginx.webroot, '.well-known/acme-challenge')), where).toEqual([]);
    }
  });
});

async function prepare(stack: Stack): Promise<readonly string[]> {
  const config = join(stack.dir, 'config.yaml');
  await writeFile(config, nginxConfig(stack, [domain]));
  await mkdir(join(stack.dir, 'run'));
  return [
    '--config',
    config,
    '--state-dir',
    join(stack.dir, 'state'),
    '--runtime-dir',
    join(stack.dir, 'run'),
  ];
}

/** Whether the killed run left an order, a newer generation, or a deploy under way: then nothing new is needed. */
function isOnDisk(stack: Stack, liveBefore: string | null): boolean {
  const state = join(stack.dir, 'state');
  if (existsSync(join(state, 'issuer/work', domain, 'order.json'))) return true;
  const issued = readdirSync(join(state, 'issuer/issued', domain)).filter(entry => !entry.startsWith('.'));
  const newest = issued.sort().at(-1);
  return newest !== undefined && liveBefore !== null && !liveBefore.startsWith(newest.slice(-8));
}

function run(argv: readonly string[], env: Record<string, string>): Promise<End> {
  return new Promise(resolve => {
    const options = {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      timeout: 60_000,
      encoding: 'utf8',
    } as const;
    execFile(process.execPath, argv, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, signal: error?.signal ?? null, output: stdout + stderr });
    });
  });
}
