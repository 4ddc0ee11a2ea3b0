/** Rejects with its reason when `limit` is aborted; for a race with what may not hear of it. */
export function endOf(limit: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    limit.throwIfAborted();
    limit.addEventListener('abort', () => reject(limit.reason), { once: true });
  });
}
