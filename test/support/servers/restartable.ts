import type { RunningProcess } from '../run-process.ts';
import { connects, waitUntil } from '../wait-until.ts';

/** A process that can be ended and started anew. */
export type Restartable = {
  process(): RunningProcess;
  start(): Promise<void>;
  /** Until nobody answers any more: children listen, too, and end a moment later. */
  stop(): Promise<void>;
};

export async function restartable(
  { name, port }: { readonly name: string; readonly port: number },
  start: () => Promise<RunningProcess>,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<Restartable> {
  let running = await start();
  return {
    process: () => running,
    start: async () => {
      running = await start();
    },
    stop: async () => {
      await running.stop(stopSignal);
      await waitUntil(`${name} is gone`, async () => ((await connects({ port })) ? null : true));
    },
  };
}
