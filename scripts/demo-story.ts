import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertdProcess } from '../test/support/certd-process.ts';
import { type PresentedLeaf, presentedLeaf } from '../test/support/presented-leaf.ts';
import type { Stack } from '../test/support/stack.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { say, see } from './tell.ts';

const hour = 3_600_000;

/** Issue, renew, renew in vain, status. Throws at the first thing that is not as certd promises it. */
export async function tellStory(stack: Stack, certd: CertdProcess, domain: string): Promise<void> {
  const first = await issue(stack, certd, domain);
  const second = await renew(stack, certd, domain, first);
  await renewInVain(stack, certd, domain, second);
  say('`certd status`');
  see(await succeed(certd, 'status'));
}

async function issue(stack: Stack, certd: CertdProcess, domain: string): Promise<PresentedLeaf> {
  say(
    `certd has no certificate for ${domain} yet: it orders one and proves the name by a file in the webroot`,
  );
  const issued = waitUntil('the first certificate is live and nginx was reloaded', async () =>
    (await stack.nginx.reloadCount()) === 0 ? null : readLive(certd, domain),
  );
  const live = await Promise.race([issued, unexpectedEnd(certd)]);
  see(`live/${domain} holds serial ${live.serial}`);
  say('Like an operator would: a TLS site that reads live/, now that there is a certificate');
  await stack.nginx.addTlsSite({ serverName: domain, liveDir: certd.liveDir(domain) });
  const leaf = await untilPresented(stack, domain, live.fingerprint);
  describe(leaf);
  return leaf;
}

async function renew(
  stack: Stack,
  certd: CertdProcess,
  domain: string,
  old: PresentedLeaf,
): Promise<PresentedLeaf> {
  say('The CA moves the renewal window of this certificate into the past; `certd renew` asks for it anew');
  await stack.pebble.setRenewalInfo(old.pem, { start: Date.now() - 2 * hour, end: Date.now() - hour });
  const before = await countsOf(stack);
  see(await succeed(certd, 'renew'));
  const live = readLive(certd, domain);
  if (live.fingerprint === old.fingerprintSha256) throw new Error('certd did not renew');
  const leaf = await untilPresented(stack, domain, live.fingerprint);
  describe(leaf);
  const after = await countsOf(stack);
  see(`${after.orders - before.orders} order, ${after.reloads - before.reloads} \`nginx -s reload\``);
  if (after.orders - before.orders !== 1) throw new Error('one renewal takes exactly one order');
  if (after.reloads - before.reloads !== 1) throw new Error('one renewal takes exactly one reload');
  return leaf;
}

async function renewInVain(stack: Stack, certd: CertdProcess, domain: string, leaf: PresentedLeaf) {
  say('A second `certd renew`: the new certificate is not due, so nothing may happen');
  const before = await countsOf(stack);
  see(await succeed(certd, 'renew'));
  const after = await countsOf(stack);
  see(`${after.orders - before.orders} orders, ${after.reloads - before.reloads} reloads`);
  if (after.orders !== before.orders || after.reloads !== before.reloads)
    throw new Error('a pass with nothing due did something');
  if ((await present(stack, domain)).fingerprintSha256 !== leaf.fingerprintSha256)
    throw new Error('nginx presents another certificate');
}

async function unexpectedEnd({ process }: CertdProcess): Promise<never> {
  await process.exit;
  throw new Error(process.ended() ?? 'certd ended');
}

/** Workers from before a reload may answer for a moment longer. */
function untilPresented(stack: Stack, domain: string, fingerprint: string): Promise<PresentedLeaf> {
  return waitUntil(`nginx presents the certificate of live/${domain}`, async () => {
    const leaf = await present(stack, domain);
    return leaf.fingerprintSha256 === fingerprint ? leaf : null;
  });
}

function present(stack: Stack, domain: string): Promise<PresentedLeaf> {
  return presentedLeaf({ port: stack.nginx.httpsPort, serverName: domain });
}

function describe(leaf: PresentedLeaf): void {
  see(`nginx presents serial ${leaf.serial}, SHA-256 ${leaf.fingerprintSha256}`);
}

function readLive(certd: CertdProcess, domain: string): { serial: string; fingerprint: string } {
  const leaf = new X509Certificate(readFileSync(join(certd.liveDir(domain), 'cert.pem')));
  return {
    serial: leaf.serialNumber.toLowerCase(),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

async function countsOf(stack: Stack): Promise<{ orders: number; reloads: number }> {
  return { orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() };
}

/** What the command printed. */
async function succeed(certd: CertdProcess, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await certd.command(...words);
  if (code !== 0)
    throw new Error(`certd ${words.join(' ')} ended with exit code ${code}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`.trimEnd();
}
