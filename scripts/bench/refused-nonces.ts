import { join } from 'node:path';
import { askSocket } from '../../test/support/ask-socket.ts';
import { parsePrometheus } from '../../test/support/prometheus.ts';
import { startStack } from '../../test/support/stack.ts';
import { type FromNothing, fromNothing } from './from-nothing.ts';

export type RefusedNonces = FromNothing & {
  /** How many attempts failed before all were issued. */
  readonly failures: number;
};

/** From nothing at a CA that refuses half of all good nonces. A stack of its own, as Pebble is told at its start. */
export async function measureRefusedNonces(count: number): Promise<RefusedNonces> {
  const stack = await startStack({ nonceReject: 50 });
  try {
    const { certd, ...figures } = await fromNothing(stack, 'refused', { prefix: 'refused', count });
    const { body } = await askSocket(join(certd.runtimeDir, 'health.sock'), '/metrics');
    await certd.stop();
    return { ...figures, failures: failuresIn(body) };
  } finally {
    await stack.stop();
  }
}

function failuresIn(metrics: string): number {
  const samples = parsePrometheus(metrics).get('certd_renewals_total')?.samples ?? [];
  return samples
    .filter(({ labels }) => labels['result'] === 'failure')
    .reduce((sum, { value }) => sum + value, 0);
}
