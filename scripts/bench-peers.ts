import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from '../test/support/stack.ts';

/** Whole commands in milliseconds; null where the program is not installed. */
export type PeerTimes = { readonly name: string; readonly ms: readonly number[] | null };

type Peer = {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly first: readonly string[];
  readonly renewal: readonly string[];
};

/** The other clients on PATH, with the same CA, the same web server and the same reload. */
export async function timePeers(
  stack: Stack,
  wish: { readonly domain: string; readonly count: number },
): Promise<PeerTimes[]> {
  const times: PeerTimes[] = [];
  for (const peer of [certbot(stack, wish.domain), lego(stack, wish.domain)])
    times.push({ name: peer.name, ms: isOnPath(peer.name) ? await timePeer(stack, peer, wish.count) : null });
  return times;
}

async function timePeer(stack: Stack, peer: Peer, count: number): Promise<number[]> {
  const run = (argv: readonly string[]) =>
    promisify(execFile)(peer.name, argv, { env: { PATH: process.env['PATH'], ...peer.env } });
  await run(peer.first);
  const ms: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const orders = stack.pebble.orders();
    const start = performance.now();
    const { stdout, stderr } = await run(peer.renewal);
    ms.push(performance.now() - start);
    if (stack.pebble.orders() === orders)
      throw new Error(`${peer.name} renewed nothing:\n${stdout}${stderr}`);
  }
  return ms;
}

function certbot(stack: Stack, domain: string): Peer {
  const dir = join(stack.dir, 'certbot');
  const common = ['--config-dir', dir, '--work-dir', `${dir}-work`, '--logs-dir', `${dir}-logs`];
  const quiet = ['--non-interactive', '--no-random-sleep-on-renew', '--server', stack.pebble.directoryUrl];
  const account = ['--agree-tos', '--register-unsafely-without-email', '--key-type', 'ecdsa'];
  const webroot = ['--webroot', '--webroot-path', stack.nginx.webroot, '--domain', domain];
  const hook = ['--deploy-hook', stack.nginx.reload.join(' ')];
  return {
    name: 'certbot',
    env: { REQUESTS_CA_BUNDLE: stack.pebble.trustFile },
    first: ['certonly', ...common, ...quiet, ...account, ...webroot, ...hook],
    renewal: ['renew', '--force-renewal', ...common, ...quiet],
  };
}

function lego(stack: Stack, domain: string): Peer {
  const common = ['--path', join(stack.dir, 'lego'), '--server', stack.pebble.directoryUrl];
  const account = ['--accept-tos', '--email', 'ops@certd.test', '--domains', domain, '--key-type', 'ec256'];
  const webroot = ['--http', '--http.webroot', stack.nginx.webroot];
  const hook = stack.nginx.reload.join(' ');
  return {
    name: 'lego',
    env: { LEGO_CA_CERTIFICATES: stack.pebble.trustFile },
    first: [...common, ...account, ...webroot, 'run', '--run-hook', hook],
    renewal: [
      ...common,
      ...account,
      ...webroot,
      'renew',
      '--days',
      '9999',
      '--no-random-sleep',
      '--renew-hook',
      hook,
    ],
  };
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(dir => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code !== 'ENOENT')
        console.error(thrown.message);
      return false;
    }
  });
}
