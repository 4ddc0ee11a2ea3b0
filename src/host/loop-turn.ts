const waiting: (() => void)[] = [];

/**
 * Resolves in a turn of the event loop in which no other caller goes on. Await it before a step that computes for
 * more than a millisecond: of sixteen that become ready at once, all would run before a socket is looked at again.
 * Callers go on in the order in which they came. One queue, since a process has one event loop.
 */
export function loopTurn(): Promise<void> {
  return new Promise(goOn => {
    waiting.push(goOn);
    if (waiting.length === 1) setImmediate(callNext);
  });
}

function callNext(): void {
  waiting[0]?.();
  waiting.shift();
  if (waiting.length > 0) setImmediate(callNext);
}
