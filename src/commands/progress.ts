const patienceMs = 2000;
let isShown = false;

/** On a terminal, says what is waited for once it has taken two seconds. Returns the end of waiting. */
export function progress(what: string): () => void {
  if (!process.stderr.isTTY) return () => {};
  const startedAt = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    if (seconds * 1000 < patienceMs) return;
    process.stderr.write(`\r${what} (${seconds} s)`);
    isShown = true;
  }, 1000);
  return () => {
    clearInterval(timer);
    hideProgress();
  };
}

/** Clears its line, until the next second, for what is to be written there. */
export function hideProgress(): void {
  if (isShown) process.stderr.write('\r\u001b[K');
  isShown = false;
}
