/**
 * Waits for `work` until `signal` aborts; then rejects with what `reason` makes, and whatever becomes of the
 * work is dropped. Begins nothing after the abort. For what cannot be interrupted: the thread pool ends a key of 4096 bits.
 */
export async function unlessAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
  reason: () => Error,
): Promise<T> {
  if (signal.aborted) throw reason();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(reason());
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
