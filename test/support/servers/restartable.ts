import type { RunningProcess } from '../run-process.ts';

/** A process that can be ended and started anew. */
export type Restartable = {
  process(): RunningProcess;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export async function restartable(
  start: () => Promise<RunningProcess>,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<Restartable> {
  let running = await start();
  return {
    process: () => running,
    start: async () => {
      running = await start();
    },
    stop: () => running.stop(stopSignal),
  };
}
