import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startCertd } from '../../test/support/certd-process.ts';
import { type Stack, startStack } from '../../test/support/stack.ts';
import { type FromNothing, fromNothing } from './from-nothing.ts';
import { type IdlePass, measureIdlePass } from './idle-pass.ts';
import { healthzLatency, type Latency } from './latency.ts';
import { makeState } from './made-state.ts';
import { type Memory, measureMemory } from './memory.ts';
import { measureRenewals, type Renewals } from './one-renewal.ts';
import { comparePeers, type PeerData } from './peer-compare.ts';
import { measureRefusedNonces, type RefusedNonces } from './refused-nonces.ts';
import { siteNames, sitesConfig } from './sites.ts';
import { measureStatus, type StatusFigures } from './status-command.ts';

/** Everything that one run of the bench found, as it is kept in `.bench/`. */
export type Measured = {
  readonly one: Renewals;
  readonly many: readonly FromNothing[];
  readonly refused: RefusedNonces;
  readonly healthz: Latency;
  readonly memory: Memory;
  readonly status: StatusFigures;
  readonly idlePass: IdlePass;
  readonly peers: PeerData;
};

/** How much of everything the issue speaks of. */
export const sizes = { many: 100, rounds: 10, listed: 1000, peerNames: 20 } as const;

/** Takes some minutes. One stack for all but one: the peers meet the same CA and the same web server. */
export async function measure(renewals: number, say: (step: string) => void): Promise<Measured> {
  say(`${sizes.many} certificates from nothing, half of all nonces refused`);
  const refused = await measureRefusedNonces(sizes.many);
  const stack = await startStack();
  try {
    say('one renewal');
    const one = await measureRenewals(stack, renewals);
    const { many, memory } = await measureMany(stack, say);
    say(`/healthz while ${sizes.many} are issued`);
    const healthz = await healthzLatency(stack, sizes.many);
    const thousand = await measureThousand(stack, say);
    say('other clients');
    const peers = await comparePeers(stack, {
      names: siteNames('peer', sizes.many),
      sample: sizes.peerNames,
      renewals: { domain: 'peer-renewal.bench.certd.test', count: Math.min(renewals, 5) },
    });
    return { one, many, refused, healthz, memory, ...thousand, peers };
  } finally {
    await stack.stop();
  }
}

/** Three times from nothing; the last of them goes on to its idle memory and its renewals. */
async function measureMany(stack: Stack, say: (step: string) => void) {
  const many: FromNothing[] = [];
  for (const dir of ['first', 'second']) {
    say(`${sizes.many} certificates from nothing`);
    const { certd, ...figures } = await fromNothing(stack, dir, { prefix: dir, count: sizes.many });
    await certd.stop();
    many.push(figures);
  }
  say(`${sizes.many} certificates from nothing, then idle, then ${sizes.rounds} renewals of each`);
  const { certd, ...figures } = await fromNothing(stack, 'third', { prefix: 'third', count: sizes.many });
  many.push(figures);
  const memory = await measureMemory(certd, { count: sizes.many, rounds: sizes.rounds });
  return { many, memory };
}

async function measureThousand(stack: Stack, say: (step: string) => void) {
  say(`a state directory with ${sizes.listed} certificates`);
  const names = siteNames('listed', sizes.listed);
  const dir = join(stack.dir, 'thousand');
  await mkdir(dir);
  await makeState(join(dir, 'state'), names, { name: 'pebble', directoryUrl: stack.pebble.directoryUrl });
  // It looks once when it starts, and from then on each January.
  const certd = await startCertd(dir, sitesConfig(stack, names, '0 0 1 1 *'));
  say(`certd status of ${sizes.listed} certificates`);
  const status = measureStatus(certd, { runs: 20 });
  say(`passes over ${sizes.listed} certificates with nothing due`);
  const idlePass = await measureIdlePass(stack, certd, sitesConfig(stack, names, '* * * * * *'));
  return { status, idlePass };
}
