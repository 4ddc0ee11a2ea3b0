import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { Stack } from '../../test/support/stack.ts';
import { fromNothing } from './from-nothing.ts';

/** How long each answer of /healthz took, in ms, while certd issued and deployed `count` certificates. */
export async function healthzLatency(stack: Stack, count: number): Promise<readonly number[]> {
  const dir = 'latency';
  const client = watch(join(stack.dir, dir, 'run/health.sock'));
  const { certd } = await fromNothing(stack, dir, { prefix: 'latency', count });
  const took = await client.stop();
  await certd.stop();
  if (took.length < 20) throw new Error(`only ${took.length} answers of /healthz`);
  return took;
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
