/** Aborts at SIGTERM and SIGINT between `listen` and `end`; outside of that they do what they always do. */
export function stopSignal() {
  const stop = new AbortController();
  const abort = () => stop.abort();
  return {
    signal: stop.signal,
    listen: () => {
      process.once('SIGTERM', abort);
      process.once('SIGINT', abort);
    },
    end: () => {
      process.off('SIGTERM', abort);
      process.off('SIGINT', abort);
    },
  };
}
