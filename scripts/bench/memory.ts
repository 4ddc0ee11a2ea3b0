import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { askDaemon } from '../../src/health/client.ts';
import { type CertdProcess, startAgain } from '../../test/support/certd-process.ts';
import { residentMb } from './figures.ts';

/** Resident MB. */
export type Memory = {
  readonly afterIssuing: number;
  readonly afterRestart: number;
  /** After each round of renewals of every certificate. */
  readonly rounds: readonly number[];
};

const idleMs = 25_000;

const answerShape = z.object({ results: z.array(z.object({ issued: z.string().nullable() })) });

/** Takes a certd that has just issued `count` certificates, and stops it in the end. */
export async function measureMemory(
  certd: CertdProcess,
  wish: { readonly count: number; readonly rounds: number },
): Promise<Memory> {
  await sleep(idleMs);
  const afterIssuing = residentMb(certd.process.pid);
  await certd.stop();
  const again = await startAgain(certd);
  await sleep(idleMs);
  const afterRestart = residentMb(again.process.pid);
  const rounds: number[] = [];
  for (let round = 0; round < wish.rounds; round += 1) {
    await renewAll(again, wish.count);
    rounds.push(residentMb(again.process.pid));
  }
  await again.stop();
  return { afterIssuing, afterRestart, rounds };
}

async function renewAll(certd: CertdProcess, count: number): Promise<void> {
  const socket = join(certd.runtimeDir, 'control.sock');
  const body = { names: null, force: true };
  const answer = await askDaemon({ socket, method: 'POST', path: '/renew', body, timeoutMs: null });
  const issued = answerShape.parse(answer.body).results.filter(result => result.issued !== null).length;
  if (issued !== count) throw new Error(`${issued} of ${count} were renewed`);
}
