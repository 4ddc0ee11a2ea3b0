import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { firstIssuerState, type IssuerState } from '../../src/core/model.ts';
import { writeAfterOwed } from '../../src/store/after-owed.ts';
import { writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuedPair } from '../../src/store/generation.ts';
import { writeIssuerState } from '../../src/store/issuer-state.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { openState } from '../../src/store/open.ts';
import { flipLive, installGeneration } from '../../src/store/publish.ts';
import { beginWork, recordOrder } from '../../src/store/work.ts';
import { day, makeOrder } from './make-observed.ts';
import { makePair, writeGeneration } from './make-pair.ts';
import { type Ended, runSource } from './run-source.ts';
import { ownDir, ownUid } from './state-dir.ts';

/** The one certificate that the configuration of a room names. */
export const name = 'a.example';

/** Nobody listens there: it is below the ports that anybody uses, and refuses at once. */
const directoryUrl = 'https://127.0.0.1:1/dir';

/** A configuration, a state directory and a runtime directory, put into any state by hand. Times are in days from `start`. */
export type StateRoom = {
  readonly layout: Layout;
  readonly runtimeDir: string;
  readonly configFile: string;
  /** About now, in whole seconds as certificates have it. */
  readonly start: number;
  /** An issued generation, valid between two moments. */
  issue(id: string, begins: number, ends: number): Promise<void>;
  /** Makes an issued generation the live and deployed one. */
  deploy(id: string): Promise<void>;
  /** Records an order under way. */
  order(): Promise<void>;
  writeIssuer(state: Partial<IssuerState>): Promise<void>;
  writeDeploy(state: Partial<DeployState>): Promise<void>;
  /** Records that commands after an attempt are owed. */
  oweAfter(since: number): Promise<void>;
  writeConfig(more: string): void;
  /** Takes the certificate out of the configuration. */
  forgetCertificate(): void;
  /** Runs the real command from its sources on this room. */
  certd(...words: readonly string[]): Promise<Ended>;
};

export async function stateRoom(cache: string): Promise<StateRoom> {
  const dir = ownDir();
  const layout = layoutAt(join(dir, 'state'));
  await openState(realDisk, layout, ownUid);
  const runtimeDir = join(dir, 'run');
  mkdirSync(runtimeDir);
  const configFile = join(dir, 'config.yaml');
  const start = Math.floor(Date.now() / 1000) * 1000;
  const places = ['--config', configFile, '--state-dir', layout.root, '--runtime-dir', runtimeDir];
  const room: StateRoom = {
    layout,
    runtimeDir,
    configFile,
    start,
    issue: async (id, begins, ends) => {
      const moment = (days: number) => new Date(start + days * day);
      const pair = await makePair({ notBefore: moment(begins), notAfter: moment(ends) });
      mkdirSync(layout.issuedOf(name), { recursive: true });
      await writeGeneration(layout.issuedGeneration(name, id), pair);
      const origin = JSON.stringify({ schema: 1, ca: 'main', directory: directoryUrl });
      writeFileSync(join(layout.issuedGeneration(name, id), 'generation.json'), origin);
    },
    deploy: async id => {
      const pair = readIssuedPair(layout, layout.issuedGeneration(name, id));
      await installGeneration(realDisk, layout, name, { id, pair });
      await flipLive(realDisk, layout, name, id);
      await room.writeDeploy({ deployed: id, lastAt: start - day });
    },
    order: async () => {
      await beginWork(realDisk, layout, name, { key: 'key', request: new Uint8Array([48, 0]) });
      const url = 'https://127.0.0.1:1/order/1';
      const place = { url, directoryUrl, account: null };
      const order = { ...makeOrder({ domains: [name] }), ...place, keyType: 'ecdsa-p256' } as const;
      await recordOrder(realDisk, layout, name, order);
    },
    writeIssuer: state =>
      writeIssuerState(realDisk, layout.issuerState(name), { ...firstIssuerState, ...state }),
    writeDeploy: state =>
      writeDeployState(realDisk, layout.deployState(name), { ...firstDeployState, ...state }),
    oweAfter: since => {
      const nothingTried = { failures: 0, nextAttemptAt: null, lastError: null };
      return writeAfterOwed(realDisk, layout.attemptOf(name), { since, ...nothingTried });
    },
    writeConfig: more => writeFileSync(configFile, configText(dir, more)),
    forgetCertificate: () => writeFileSync(configFile, 'account: { agree_tos: true }\ncertificates: []\n'),
    certd: (...words) => runSource([...words, ...places], cache),
  };
  room.writeConfig('');
  return room;
}

function configText(dir: string, more: string): string {
  const lines = [
    'account: { agree_tos: true }',
    'ca: main',
    `cas: { main: { directory: "${directoryUrl}" } }`,
    `certificates: [{ domains: [${name}], challenge: { webroot: ${dir} }, deploy: { hooks: ["true"] } }]`,
    more,
  ];
  return `${lines.join('\n')}\n`;
}
