import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { startProcess } from '../../test/support/run-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { waitUntilListening } from '../../test/support/wait-until.ts';
import { fromNothing } from './from-nothing.ts';

/** How long each answer took, in ms. */
export type Latency = {
  /** Of certd, while it issued and deployed. */
  readonly certd: readonly number[];
  /** Of a process that does nothing but answer, asked at the same moments by a client of its own. */
  readonly idle: readonly number[];
};

/** `/healthz` while `count` certificates come from nothing, beside what these processors leave for anybody. */
export async function healthzLatency(stack: Stack, count: number): Promise<Latency> {
  const dir = 'latency';
  const other = join(stack.dir, 'idle.sock');
  const server = await startProcess({
    name: 'idle server',
    argv: [process.execPath, join(import.meta.dirname, 'idle-server.ts'), other],
    logFile: join(stack.dir, 'idle-server.log'),
  });
  await waitUntilListening('the idle server', { path: other }, server);
  const clients = [watch(join(stack.dir, dir, 'run/health.sock')), watch(other)];
  const { certd } = await fromNothing(stack, dir, { prefix: dir, count });
  const [took = [], idle = []] = await Promise.all(clients.map(client => client.stop()));
  await certd.stop();
  await server.stop();
  if (took.length < 20) throw new Error(`only ${took.length} answers of /healthz`);
  return { certd: took, idle };
}

function watch(socket: string): { stop(): Promise<readonly number[]> } {
  const program = join(import.meta.dirname, 'health-client.ts');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(process.execPath, [program, socket], (error, stdout, stderr) => {
    if (error === null) resolve(stdout);
    else reject(new Error(`the client of /healthz failed:\n${stderr}`, { cause: error }));
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      return z.array(z.number()).parse(JSON.parse(await promise));
    },
  };
}
