import { join } from 'node:path';
import { z } from 'zod';
import { askDaemon } from '../../src/health/client.ts';
import { type CertdProcess, nginxConfig, startCertd } from '../../test/support/certd-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { countByKind } from './requests.ts';

/** One pass: its own time in the daemon, the caller's, and the ACME requests that Pebble saw, by path. */
type Run = {
  readonly daemonMs: number;
  readonly callerMs: number;
  readonly requests: Readonly<Record<string, number>>;
};

export type Renewals = {
  /** Forced renewals asked for over the control socket. */
  readonly renewals: readonly Run[];
  /** Whole `certd renew NAME --force` commands, process start included, in ms. */
  readonly commandsMs: readonly number[];
  /** Passes with nothing due; they ask for the renewal window. */
  readonly idle: readonly Run[];
};

const answerShape = z.object({
  duration_ms: z.number(),
  results: z.array(z.object({ issued: z.string().nullable(), error: z.unknown() })),
});

const name = 'renewal.bench.certd.test';

/** Three series with one certificate, one run after the other. Throws when a run did not do what it measures. */
export async function measureRenewals(stack: Stack, count: number): Promise<Renewals> {
  const certd = await startCertd(join(stack.dir, 'renewal'), nginxConfig(stack, [name]));
  await waitUntil('the first certificate is deployed', async () =>
    (await stack.nginx.reloadCount()) === 0 ? null : true,
  );
  await stack.nginx.addTlsSite({ serverName: name, liveDir: certd.liveDir(name) });
  const renewals: Run[] = [];
  const commandsMs: number[] = [];
  const idle: Run[] = [];
  for (let n = 0; n < count; n += 1) renewals.push(await ask(stack, certd, true));
  for (let n = 0; n < count; n += 1) commandsMs.push(await command(certd));
  for (let n = 0; n < count; n += 1) idle.push(await ask(stack, certd, false));
  await certd.stop();
  return { renewals, commandsMs, idle };
}

async function ask(stack: Stack, certd: CertdProcess, force: boolean): Promise<Run> {
  const seen = stack.pebble.requests().length;
  const start = performance.now();
  const answer = await askDaemon({
    socket: join(certd.runtimeDir, 'control.sock'),
    method: 'POST',
    path: '/renew',
    body: { names: force ? [name] : null, force },
    timeoutMs: null,
  });
  const callerMs = performance.now() - start;
  const { duration_ms, results } = answerShape.parse(answer.body);
  const [result] = results;
  if (result === undefined || result.error !== null || (result.issued !== null) !== force)
    throw new Error(`the pass did something else: ${JSON.stringify(answer.body)}`);
  return { daemonMs: duration_ms, callerMs, requests: countByKind(stack.pebble.requests().slice(seen)) };
}

async function command(certd: CertdProcess): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await certd.command('renew', name, '--force');
  if (code !== 0) throw new Error(`certd renew --force: exit code ${code}\n${stderr}`);
  return performance.now() - start;
}
