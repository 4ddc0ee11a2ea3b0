// Run by latency.ts with the path of a health socket: asks /healthz every 20 ms from the moment the socket is
// there until SIGTERM, and then prints how long each answer took, in ms, as a JSON list.
import { setTimeout as sleep } from 'node:timers/promises';
import { asCertdError } from '../../src/core/errors.ts';
import { askDaemon } from '../../src/health/client.ts';

const [socket = ''] = process.argv.slice(2);
const took: number[] = [];
let asks = true;
process.once('SIGTERM', () => {
  asks = false;
});

while (asks) {
  const start = performance.now();
  if (await answered()) took.push(performance.now() - start);
  await sleep(Math.max(0, 20 - (performance.now() - start)));
}
console.log(JSON.stringify(took));

/** False as long as the daemon is not there yet. */
async function answered(): Promise<boolean> {
  try {
    await askDaemon({ socket, method: 'GET', path: '/healthz', body: null, timeoutMs: 10_000 });
    return true;
  } catch (thrown) {
    if (took.length === 0 && asCertdError(thrown).code === 'daemon-dead') return false;
    throw thrown;
  }
}
