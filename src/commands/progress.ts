const patienceMs = 2000;

/** On a terminal, says what is waited for once it has taken two seconds. Returns the end of waiting. */
export function progress(what: string): () => void {
  if (!process.stderr.isTTY) return () => {};
  const startedAt = Date.now();
  let shown = false;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    if (seconds * 1000 < patienceMs) return;
    process.stderr.write(`\r${what} (${seconds} s)`);
    shown = true;
  }, 1000);
  return () => {
    clearInterval(timer);
    if (shown) process.stderr.write('\r\u001b[K');
  };
}
