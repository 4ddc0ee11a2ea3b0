/** Runs a step when all that were given before have ended, however they ended. */
export type InTurn = <T>(step: () => Promise<T>) => Promise<T>;

/** A queue of steps of which one runs at a time. Whether one fails is its caller's affair, and no other's. */
export function openQueue(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return step => {
    const mine = last.then(step, step);
    last = mine;
    return mine;
  };
}
