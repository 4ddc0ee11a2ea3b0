import type { InTurn } from './queue.ts';

/** So many steps run at once; the others wait in the order in which they came. */
export function openSlots(count: number): InTurn {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async step => {
    if (free > 0) free -= 1;
    else await new Promise<void>(enter => waiting.push(enter));
    try {
      return await step();
    } finally {
      leave();
    }
  };
}
