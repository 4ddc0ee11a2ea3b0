import { createHash, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CaProxy, startCaProxy, through } from '../support/ca-proxy.ts';
import {
  type CertdCommands,
  type CertdProcess,
  certdAt,
  nginxConfig,
  startAgain,
} from '../support/certd-process.ts';
import { asHost, canShowHosts } from '../support/host-view.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'image.certd.test';
const added = 'clone.certd.test';

/** A host is made, copied twice, and all three run at the same time. The tests are steps of one story. */
describe.runIf(canShowHosts)('a state directory that was copied with its host', () => {
  let stack: Stack;
  let proxy: CaProxy;
  const running: CertdProcess[] = [];
  let original: CertdProcess;
  let before: Facts;

  const start = async (commands: CertdCommands, machineId: string) => {
    const certd = await startAgain(commands, { by: asHost(commands.dir, machineId.repeat(32)) });
    running.push(certd);
    return certd;
  };
  const configOf = (domains: readonly string[]) => nginxConfig(through(proxy, stack), domains);
  /** Another host with a copy of the whole state. */
  const copyTo = async (name: string, config: string) => {
    const commands = await certdAt(join(stack.dir, name), config);
    cpSync(original.stateDir, commands.stateDir, { recursive: true, verbatimSymlinks: true });
    return commands;
  };

  beforeAll(async () => {
    stack = await startStack();
    proxy = await startCaProxy(stack);
    const first = await start(await certdAt(join(stack.dir, 'original'), configOf([domain])), 'a');
    await deployed(first, domain);
    await first.stop();
    running.pop();
    original = first;
  });
  afterAll(async () => {
    for (const certd of running) await certd.stop();
    await proxy.stop();
    await stack.stop();
  });

  test('starts again on its host without a word', async () => {
    const again = await startAgain(original, { by: asHost(original.dir, 'a'.repeat(32)) });
    running.push(again);
    before = await factsOf(again);
    expect((await statusOf(again)).problems).toEqual([]);
    expect(before.account).toMatch(/^https:/);
  });

  test('on another one it warns, and says when it will do what', async () => {
    const seen = proxy.seen().length;
    const held = await start(await copyTo('held', `${configOf([domain])}on_clone: hold\n`), 'b');
    const status = await statusOf(held);
    expect(status.status).toBe('warning');
    expect(status.problems).toMatchObject([{ code: 'host-changed', certificate: null }]);
    expect(status.problems[0]?.message).toBe(
      `this is another host than before: its machine-id was ${'a'.repeat(32)} and is ${'b'.repeat(32)}; nothing is ordered until somebody answers: \`certd account keep\` where this is the same host, \`certd account replace\` where it is a copy`,
    );
    expect(status.problems[0]?.since).not.toBeNull();
    const health = await askSocket(join(held.runtimeDir, 'health.sock'), '/healthz');
    expect(health.status).toBe(200);
    expect(health.body).toContain('host-changed');

    const waiting = await start(await copyTo('waiting', configOf([domain])), 'c');
    expect((await waiting.command('plan')).stdout).toMatch(/renew in .* \(cloned\)/);
    expect((await waiting.command('why', domain)).stdout).toMatch(/drawn for new accounts and keys: 20/);
    expect((await factsOf(waiting)).key).toBe(before.key);
    const ordered = proxy.seen().slice(seen);
    expect(ordered.filter(({ kind }) => kind === 'newOrder' || kind === 'newAccount')).toEqual([]);
  });

  test('what is asked of a copy that waits for an answer is refused, and its answer is obeyed', async () => {
    const held = running.find(({ dir }) => dir.endsWith('held'));
    if (held === undefined) throw new Error('no such host');
    const renew = await held.command('renew', domain, '--force');
    expect(renew).toMatchObject({ code: 1 });
    expect(renew.stdout).toContain('failed: host-changed: nothing is ordered');
    expect(await held.command('account', 'rollover')).toMatchObject({ code: 1 });
    expect((await factsOf(held)).account).toBe(before.account);

    const seen = proxy.seen().length;
    const replaced = await held.command('account', 'replace');
    expect(replaced.stdout).toContain('pebble: the account is new');
    expect(replaced.stdout).toMatch(new RegExp(`${domain}: issued 0002-[0-9a-f]{8}, deployed`));
    expect(replaced.code).toBe(0);
    const after = await factsOf(held);
    expect(after.account).not.toBe(before.account);
    expect(after.key).not.toBe(before.key);
    const orders = proxy.seen().slice(seen);
    expect(orders.filter(({ kind }) => kind === 'newOrder').map(({ payload }) => payload)).toEqual([
      { identifiers: [{ type: 'dns', value: domain }] },
    ]);
    expect((await statusOf(held)).problems).toEqual([]);
  });

  test('a certificate that cannot wait takes the change with it', async () => {
    const config = configOf([domain]).replace(
      'certificates:\n',
      `certificates:\n  - domains: [${added}]\n    challenge: { webroot: ${stack.nginx.webroot} }\n`,
    );
    const seen = proxy.seen().length;
    const clone = await start(await copyTo('clone', config), 'd');
    await waitUntil('both are issued', async () => {
      const { certificates } = await statusOf(clone);
      const ids = certificates.map(({ generation }) => generation.deployed ?? '');
      return ids[0]?.startsWith('0001') && ids[1]?.startsWith('0002') ? true : null;
    });
    const after = await factsOf(clone);
    expect(after.account).not.toBe(before.account);
    expect(after.key).not.toBe(before.key);
    const requests = proxy.seen().slice(seen);
    expect(requests.filter(({ kind }) => kind === 'newAccount')).toHaveLength(1);
    expect(requests.filter(({ payload }) => payload !== null && 'replaces' in payload)).toEqual([]);
    expect(requests.filter(({ payload }) => payload?.['status'] === 'deactivated')).toEqual([]);
    await waitUntil('the change is over', async () =>
      (await statusOf(clone)).problems.length === 0 ? true : null,
    );
    expect(clone.process.log()).toContain('"code":"host-changed"');
  });

  test('the host that it was copied from goes on with its account', async () => {
    const [host] = running;
    if (host === undefined) throw new Error('no host');
    const seen = proxy.seen().length;
    expect(await host.command('renew', domain, '--force')).toMatchObject({ code: 0 });
    expect((await factsOf(host)).account).toBe(before.account);
    const [order] = proxy
      .seen()
      .slice(seen)
      .filter(({ kind }) => kind === 'newOrder');
    expect(order?.payload).toHaveProperty('replaces');
    expect((await statusOf(host)).problems).toEqual([]);
  });

  test('a host that only has another identity is kept, and goes on as it was', async () => {
    const kept = await start(await copyTo('kept', `${configOf([domain])}on_clone: hold\n`), 'e');
    const { account } = await factsOf(kept);
    const answer = await kept.command('account', 'keep');
    expect(answer).toMatchObject({
      code: 0,
      stdout: 'this host is taken as the one that the state was made on; accounts and keys stay\n',
    });
    expect((await statusOf(kept)).problems).toEqual([]);
    expect(await kept.command('renew', domain, '--force')).toMatchObject({ code: 0 });
    expect((await factsOf(kept)).account).toBe(account);
  });
});

type Facts = { readonly account: string; readonly key: string };

/** The account as the CA knows it, and the key that a web server uses. */
async function factsOf(certd: CertdProcess): Promise<Facts> {
  const { stdout } = await certd.command('account', 'show', '--json');
  const leaf = new X509Certificate(readFileSync(join(certd.liveDir(domain), 'cert.pem')));
  const key = createHash('sha256').update(leaf.publicKey.export({ type: 'spki', format: 'der' }));
  return { account: JSON.parse(stdout).accounts[0].account.url, key: key.digest('hex') };
}

type Status = {
  readonly status: string;
  readonly problems: readonly { readonly message: string; readonly since: string | null }[];
  readonly certificates: readonly { readonly generation: { readonly deployed: string | null } }[];
};

async function statusOf(certd: CertdProcess): Promise<Status> {
  const { body } = await askSocket(join(certd.runtimeDir, 'health.sock'), '/status');
  return JSON.parse(body);
}

async function deployed(certd: CertdProcess, name: string): Promise<void> {
  await waitUntil(`${name} is deployed`, async () => {
    const { certificates } = await statusOf(certd);
    return certificates.every(({ generation }) => generation.deployed !== null) ? true : null;
  });
}
