import { join } from 'node:path';
import { z } from 'zod';
import { askDaemon } from '../src/health/client.ts';
import type { CertdProcess } from '../test/support/certd-process.ts';
import type { Stack } from '../test/support/stack.ts';

/** One pass: its own time in the daemon, the caller's, and the ACME requests that Pebble saw, by path. */
type Run = {
  readonly daemonMs: number;
  readonly callerMs: number;
  readonly requests: Readonly<Record<string, number>>;
};

export type Runs = {
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

/** Three series, one run after the other. Throws when a run did not do what it measures. */
export async function timeRuns(
  stack: Stack,
  certd: CertdProcess,
  wish: { readonly name: string; readonly count: number },
): Promise<Runs> {
  const renewals: Run[] = [];
  const commandsMs: number[] = [];
  const idle: Run[] = [];
  for (let n = 0; n < wish.count; n += 1) renewals.push(await ask(stack, certd, wish.name, true));
  for (let n = 0; n < wish.count; n += 1) commandsMs.push(await command(certd, wish.name));
  for (let n = 0; n < wish.count; n += 1) idle.push(await ask(stack, certd, wish.name, false));
  return { renewals, commandsMs, idle };
}

async function ask(stack: Stack, certd: CertdProcess, name: string, force: boolean): Promise<Run> {
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

async function command(certd: CertdProcess, name: string): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await certd.command('renew', name, '--force');
  if (code !== 0) throw new Error(`certd renew --force: exit code ${code}\n${stderr}`);
  return performance.now() - start;
}

function countByKind(requests: readonly { readonly method: string; readonly path: string }[]) {
  const counts: Record<string, number> = {};
  for (const { method, path } of requests) {
    const kind = kinds[path] ?? `${method} ${path}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Pebble's paths, by the names of RFC 8555 §7.1 and RFC 9773. */
const kinds: Readonly<Record<string, string>> = {
  '/dir': 'directory',
  '/nonce-plz': 'newNonce',
  '/sign-me-up': 'newAccount',
  '/my-account/': 'account',
  '/order-plz': 'newOrder',
  '/my-order/': 'order',
  '/authZ/': 'authorization',
  '/chalZ/': 'challenge',
  '/finalize-order/': 'finalize',
  '/certZ/': 'certificate',
  '/draft-ietf-acme-ari-03/renewalInfo/': 'renewalInfo',
};
