import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgain } from '../../support/certd-process.ts';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { startNginxServer } from '../../support/servers/nginx-server.ts';
import { inYaml, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';

const renewals = 50;
const clients = 3;

describe.runIf(canRunServers)('nginx under a constant load of new connections', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  test('fails no handshake during fifty renewals, and never presents what was not live', async () => {
    const scene = await setScene(stack, { label: 'load', user: 'root', start: startNginxServer });
    await scene.deploy(`hooks: [${inYaml(scene.server.reload)}]`);
    const certd = await startAgain(scene.certd);
    const wereLive = new Set([scene.live()]);
    const over = new AbortController();
    const ca = readFileSync(stack.pebble.rootsFile);
    const load = Array.from({ length: clients }, () =>
      keepConnecting({ ...scene.server.address, ca }, over.signal),
    );
    try {
      for (let done = 0; done < renewals; done++) {
        const { code, stdout, stderr } = await certd.command('renew', scene.domain, '--force');
        expect(code, stdout + stderr).toBe(0);
        wereLive.add(scene.live());
      }
    } finally {
      over.abort();
      const seen = (await Promise.all(load)).flat();
      await certd.stop();
      await scene.server.stop();
      expect(seen.filter(({ failure }) => failure !== null)).toEqual([]);
      const presented = new Set(seen.map(({ fingerprint }) => fingerprint));
      expect([...presented].filter(each => !wereLive.has(each))).toEqual([]);
      // Else there was no load while the certificates changed.
      expect(presented.size).toBeGreaterThan(renewals / 2);
    }
    expect(wereLive.size).toBe(1 + renewals);
    expect(scene.server.reloads()).toBe(renewals);
  }, 240_000);
});

type Seen = { readonly failure: string | null; readonly fingerprint: string };
type Server = { readonly port: number; readonly serverName: string; readonly ca: Buffer };

/** One new connection after the other, each validated as a browser does. */
async function keepConnecting(server: Server, signal: AbortSignal): Promise<Seen[]> {
  const seen: Seen[] = [];
  while (!signal.aborted) {
    seen.push(await handshake(server));
    // A pace, so that something is left of the processor for those under load.
    await pause(5);
  }
  return seen;
}

function handshake({ port, serverName, ca }: Server): Promise<Seen> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, servername: serverName, ca });
    const end = (failure: string | null) => {
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
      socket.destroy();
      resolve({ failure, fingerprint: fingerprint.replaceAll(':', '').toLowerCase() });
    };
    socket.setTimeout(10_000, () => end('nothing for ten seconds'));
    socket.once('error', error => end(String(error)));
    socket.once('secureConnect', () => end(null));
  });
}
