import { existsSync, readdirSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdProcess, startAgain, startCertd } from '../support/certd-process.ts';
import type { FakeCa } from '../support/fake-ca.ts';
import { type FakeCaRoom, openFakeCaRoom } from '../support/fake-ca-room.ts';
import { waitUntil } from '../support/wait-until.ts';

const domains = Array.from({ length: 20 }, (_, index) => `host-${index}.certd.test`);
/** What SIGTERM may take (issue and contract: clean within five seconds). */
const stopMs = 5000;

describe('certd with twenty orders at a CA that can be held', () => {
  let room: FakeCaRoom;
  let dir: string;
  let ca: FakeCa;
  let certd: CertdProcess;
  beforeEach(async () => {
    room = await openFakeCaRoom('signals');
    ({ dir, ca } = room);
  });
  afterEach(async () => {
    await certd.process.stop('SIGKILL');
    await room.close();
  });

  const start = async (names: readonly string[], hook = 'true') => {
    certd = await startCertd(join(dir, 'certd'), configuration(dir, ca, names, hook));
  };
  const health = async (path: string) =>
    JSON.parse((await askSocket(join(certd.runtimeDir, 'health.sock'), path)).body);
  const deployed = async () =>
    (await health('/status')).certificates
      .filter((each: { generation: { deployed: string | null } }) => each.generation.deployed !== null)
      .map((each: { name: string }) => each.name);
  const allDeployed = (names: readonly string[]) =>
    waitUntil('all are deployed', async () => ((await deployed()).length === names.length ? true : null));
  /** Orders are held at the CA, and no more are being placed: the rest waits for one of sixteen places. */
  const ordersAreHeld = (names: readonly string[]) =>
    waitUntil('the CA is asked to finalize the order of everybody who has a place', () => {
      const finalizes = ca.log.filter(line => line === 'POST finalize').length;
      const held = Math.min(16, names.length);
      return ca.orders.length === held && finalizes >= held ? true : null;
    });
  const challengeFiles = () => {
    const path = join(dir, 'webroot/.well-known/acme-challenge');
    return existsSync(path) ? readdirSync(path) : [];
  };

  test('SIGTERM ends it clean within five seconds, and the next start takes every order up and places none anew', async () => {
    ca.behaviour.intercept = resource => (resource === 'finalize' ? 'silence' : null);
    await start(domains);
    await ordersAreHeld(domains);
    const placed = ca.orders.length;
    const asked = performance.now();
    await certd.stop();
    expect(performance.now() - asked).toBeLessThan(stopMs);
    expect(readdirSync(certd.runtimeDir)).toEqual([]);
    expect(challengeFiles()).toEqual([]);
    expect(ca.orders).toHaveLength(placed);
    ca.behaviour.intercept = () => null;
    certd = await startAgain(certd);
    await allDeployed(domains);
    expect(ca.orders).toHaveLength(domains.length);
    const status = await health('/status');
    for (const { name, renewal } of status.certificates) {
      expect({ name, failures: renewal.failures }).toEqual({ name, failures: 0 });
    }
    await certd.stop();
  });

  test('SIGHUP while they are under way loses none, and what it adds is ordered too', async () => {
    ca.behaviour.finalizeLag = Number.POSITIVE_INFINITY;
    await start(domains);
    await ordersAreHeld(domains);
    const added = 'added.certd.test';
    await certd.configure(configuration(dir, ca, [...domains, added], 'true'));
    process.kill(certd.process.pid, 'SIGHUP');
    await waitUntil('the new configuration is in force', async () =>
      (await health('/status')).certificates.length === domains.length + 1 ? true : null,
    );
    ca.behaviour.finalizeLag = 0;
    await allDeployed([...domains, added]);
    expect(ca.orders.map(({ identifiers }) => JSON.stringify(identifiers))).toHaveLength(21);
    expect(new Set(ca.orders.map(({ identifiers }) => JSON.stringify(identifiers))).size).toBe(21);
    await certd.stop();
  });

  test('SIGHUP with a bad file keeps the configuration and its orders, says where it is wrong, and a good one ends that', async () => {
    ca.behaviour.finalizeLag = Number.POSITIVE_INFINITY;
    await start(domains.slice(0, 8));
    await ordersAreHeld(domains.slice(0, 8));
    const good = await readFile(certd.configFile, 'utf8');
    await certd.configure(`${good}shedule: "* * * * *"\n`);
    process.kill(certd.process.pid, 'SIGHUP');
    const problems = await waitUntil('the refusal shows', async () => {
      const document = await health('/status');
      return document.problems.length > 0 ? document.problems : null;
    });
    const line = good.split('\n').length;
    expect(problems).toMatchObject([
      {
        code: 'config-refused',
        message: expect.stringContaining(`config.yaml:${line}:1: config-unknown-key`),
      },
    ]);
    expect((await certd.command('status')).stdout).toContain(`config.yaml:${line}:1`);
    ca.behaviour.finalizeLag = 0;
    await allDeployed(domains.slice(0, 8));
    expect(ca.orders).toHaveLength(8);
    await certd.configure(good);
    process.kill(certd.process.pid, 'SIGHUP');
    await waitUntil('the problem is gone', async () =>
      (await health('/status')).problems.length === 0 ? true : null,
    );
    await certd.stop();
  });

  test('SIGTERM while a hook runs that ignores it ends within five seconds, kills the hook, and leaves the deploy owed', async () => {
    const [name = ''] = domains;
    const hook = join(dir, 'stubborn');
    const ran = join(dir, 'ran');
    await writeFile(hook, `#!/bin/sh\ntrap '' TERM HUP INT\necho $$ >>${ran}\nwhile :; do sleep 1; done\n`);
    await chmod(hook, 0o755);
    await start([name], hook);
    const pid = await waitUntil('the hook runs', async () => (await readFile(ran, 'utf8')).trim() || null);
    const asked = performance.now();
    await certd.stop();
    expect(performance.now() - asked).toBeLessThan(stopMs);
    await waitUntil('the hook is gone', () => (existsSync(`/proc/${pid}`) ? null : true));
    await writeFile(hook, `#!/bin/sh\necho again >>${ran}\n`);
    certd = await startAgain(certd);
    await allDeployed([name]);
    expect((await readFile(ran, 'utf8')).trim().split('\n')).toEqual([pid, 'again']);
    expect(ca.orders).toHaveLength(1);
    await certd.stop();
  });
});

function configuration(dir: string, ca: FakeCa, names: readonly string[], hook: string): string {
  const entries = names.map(domain => `  - { domains: [${domain}] }\n`);
  return `account: { email: ops@certd.test, agree_tos: true }
ca: held
cas:
  held: { directory: ${ca.directoryUrl}, trust: ${join(dir, 'ca.pem')}, roots: ${join(dir, 'roots.pem')} }
defaults:
  challenge: { webroot: ${join(dir, 'webroot')} }
  deploy: { hooks: ["${hook}"] }
certificates:
${entries.join('')}`;
}
