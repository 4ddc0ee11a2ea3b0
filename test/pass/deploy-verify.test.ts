import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { expect, it } from 'vitest';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { authority, target } from '../support/crash-host.ts';
import { listening } from '../support/endpoint-servers.ts';
import { makeEndpoint } from '../support/make-observed.ts';
import { ownDir } from '../support/state-dir.ts';
import { ca, passHost } from './pass-host.ts';

/** A certificate that is live, and a real server that has loaded it and loads what is live when it is told to. */
async function servedHost() {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const rootsFile = join(ownDir(), 'roots.pem');
  writeFileSync(rootsFile, (await ca()).pem);
  const authorities = new Map([['test', { ...authority, rootsFile }]]);
  const loadPair = () => {
    const read = (file: string) => readFileSync(join(host.layout().liveLink(target.name), file), 'utf8');
    return { cert: read('fullchain.pem'), key: read('privkey.pem') };
  };
  const server = createServer(loadPair());
  const port = await listening(server, '127.0.0.1');
  const [serverName = ''] = target.domains;
  const verify = [makeEndpoint({ connect: `127.0.0.1:${port}`, port, serverName })];
  const ok = { outcome: 'ok', detail: 'exit 0', output: '' } as const;
  return {
    host,
    state: () => readDeployState(host.layout().deployState(target.name)),
    /** Renews; the server takes the reload or, as some do, exits 0 and goes on with the old one. */
    renew: (takes: boolean) =>
      host.start(realDisk, 'forced', {
        targets: [{ ...target, deploy: { ...target.deploy, verify } }],
        parts: {
          authorities,
          knownAuthorities: authorities,
          runHook: async () => {
            if (takes) server.setSecureContext(loadPair());
            return ok;
          },
        },
      }),
  };
}

it('a renewal is deployed when a real server presents it', async () => {
  const { renew, state, host } = await servedHost();
  const [result] = await renew(true);
  expect(result).toMatchObject({ error: null, deployed: `0002-${host.live()}` });
  expect(state()).toMatchObject({
    deployed: `0002-${host.live()}`,
    served: [{ state: 'match', detail: null }],
  });
});

it('a reload that exits 0 and does not take brings the old one back, and the reason is on record', async () => {
  const { renew, state, host } = await servedHost();
  const before = host.live();
  const [result] = await renew(false);
  expect(result).toMatchObject({ deployed: null, error: { code: 'endpoint-stale' } });
  expect(host.live()).toBe(before);
  expect(state()).toMatchObject({
    deployed: `0001-${before}`,
    refused: expect.stringMatching(/^0002-/),
    underWay: null,
    served: [{ state: 'match' }],
    lastError: {
      code: 'endpoint-stale',
      message: expect.stringContaining('it presents another certificate'),
    },
  });
});
