import { askSocket } from './ask-socket.ts';
import { parsePrometheus, sampleValue } from './prometheus.ts';
import { waitUntil } from './wait-until.ts';

/** Waits until a daemon has looked at its certificates `count` more times, each at another moment of its clock. */
export async function waitForLooks(healthSocket: string, count: number): Promise<void> {
  const moments = new Set<number>();
  await waitUntil(`certd has looked ${count} times`, async () => {
    const { body } = await askSocket(healthSocket, '/metrics');
    const at = sampleValue(parsePrometheus(body), 'certd_last_pass_timestamp_seconds');
    if (at !== undefined) moments.add(at);
    // The first was before.
    return moments.size > count ? true : null;
  });
}
