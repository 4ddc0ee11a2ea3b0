import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdProcess, pebbleSettings, startAgain, startCertd } from '../support/certd-process.ts';
import { waitForLooks } from '../support/count-looks.ts';
import { listenAndSayNothing } from '../support/silent-server.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const good = Array.from({ length: 27 }, (_, index) => `good-${index}.certd.test`);
const unheard = Array.from({ length: 10 }, (_, index) => `unheard-${index}.certd.test`);
const failing = {
  'no-dns.certd.test': 'validation-failed',
  'no-webroot.certd.test': 'webroot-unusable',
  'blocked.certd.test': 'identifier-rejected',
};
const minute = 60_000;

type Certificate = {
  readonly name: string;
  readonly generation: { readonly deployed: string | null };
  readonly renewal: {
    readonly failures: number;
    readonly next_attempt_at: string | null;
    readonly last_error: { readonly code: string; readonly message: string; readonly at: string } | null;
  };
};

/** The tests are steps of one story, with a Pebble that refuses nonces and takes its time to validate. */
describe('forty certificates, three that fail, and ten at a CA that says nothing', () => {
  let stack: Stack;
  let silent: { readonly port: number; readonly connections: () => number; readonly close: () => void };
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack({
      nonceReject: 5,
      validationSleep: 2,
      blocklist: ['blocked.certd.test'],
    });
    await stack.dns.fail('no-dns.certd.test');
    await writeFile(join(stack.dir, 'a-file'), '');
    silent = await listenAndSayNothing();
    certd = await startCertd(join(stack.dir, 'certd'), configuration(stack, silent.port));
  });
  afterAll(async () => {
    await certd.stop();
    silent.close();
    await stack.stop();
  });

  const certificates = async (): Promise<readonly Certificate[]> => {
    const { body } = await askSocket(join(certd.runtimeDir, 'health.sock'), '/status');
    return JSON.parse(body).certificates;
  };
  const named = async (names: readonly string[]) =>
    (await certificates()).filter(({ name }) => names.includes(name));
  const failed = () => named(Object.keys(failing));

  test('all that can be issued are deployed by a few runs of their hook, while the silent CA says nothing', async () => {
    await waitUntil(
      'every good one is deployed',
      async () => (await named(good)).every(({ generation }) => generation.deployed !== null) || null,
      60_000,
    );
    expect(silent.connections()).toBeGreaterThan(0);
    for (const { name, renewal } of await named(unheard)) {
      expect({ name, renewal }).toMatchObject({ renewal: { failures: 0, last_error: null } });
    }
    expect(await stack.nginx.reloadCount()).toBeLessThanOrEqual(5);
    for (const name of good) {
      expect((await named([name]))[0]?.generation.deployed, name).toMatch(/^0001-/);
    }
  });

  test('each that fails says why and has a back-off of its own', async () => {
    for (const certificate of await failed()) {
      const { failures, last_error, next_attempt_at } = certificate.renewal;
      expect(certificate).toMatchObject({ generation: { deployed: null } });
      expect(failures).toBe(1);
      expect(last_error?.code).toBe(failing[certificate.name as keyof typeof failing]);
      const wait = Date.parse(next_attempt_at ?? '') - Date.parse(last_error?.at ?? '');
      const least = last_error?.code === 'identifier-rejected' ? 24 * 60 * minute : minute;
      expect(wait, certificate.name).toBeGreaterThanOrEqual(least - 1000);
      expect(wait, certificate.name).toBeLessThanOrEqual(1.1 * least + 1000);
    }
  });

  test('a person may try one of them at once, and puts its next attempt off by nothing', async () => {
    const names = ['no-dns.certd.test', 'no-webroot.certd.test'];
    const before = (await named(names)).map(({ renewal }) => renewal.next_attempt_at);
    const { code, stdout } = await certd.command('renew', ...names);
    expect(code).toBe(1);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    const after = await named(names);
    expect(after.map(({ renewal }) => renewal.failures)).toEqual([1, 1]);
    expect(after.map(({ renewal }) => renewal.next_attempt_at)).toEqual(before);
  });

  test('the back-off survives a kill: after the restart nobody is asked before the time', async () => {
    const before = { failed: await failed(), orders: stack.pebble.orders() };
    const reloads = await stack.nginx.reloadCount();
    await certd.process.stop('SIGKILL');
    certd = await startAgain(certd);
    await waitForLooks(join(certd.runtimeDir, 'health.sock'), 3);
    expect((await failed()).map(({ renewal }) => renewal)).toEqual(
      before.failed.map(({ renewal }) => renewal),
    );
    expect(stack.pebble.orders()).toBe(before.orders);
    expect(await stack.nginx.reloadCount()).toBe(reloads);
  });

  test('status shows the worst and counts all', async () => {
    const { code, stdout } = await certd.command('status');
    expect(code).toBe(2);
    for (const [name, problem] of Object.entries(failing)) {
      expect(stdout).toContain(name);
      expect(stdout).toContain(problem);
    }
    expect(await certificates()).toHaveLength(40);
  });
});

function configuration(stack: Stack, silentPort: number): string {
  const entry = (domain: string, more = `challenge: { webroot: ${stack.nginx.webroot} }`) =>
    `  - domains: [${domain}]\n    ${more}\n    deploy: { hooks: ["${stack.nginx.reload.join(' ')}"] }\n`;
  const names = Object.keys(failing).filter(name => name !== 'no-webroot.certd.test');
  // Those that fail stand first: nothing behind them may wait for them.
  return `schedule: "* * * * * *"
${pebbleSettings(stack)}  silent:
    directory: https://127.0.0.1:${silentPort}/dir
certificates:
${unheard.map(domain => entry(domain, `ca: silent\n    challenge: { webroot: ${stack.nginx.webroot} }`)).join('')}\
${names.map(domain => entry(domain)).join('')}\
${entry('no-webroot.certd.test', `challenge: { webroot: ${join(stack.dir, 'a-file')} }`)}\
${good.map(domain => entry(domain)).join('')}`;
}
