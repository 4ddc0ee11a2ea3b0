import { vi } from 'vitest';

/**
 * Runs a command in this process, and returns its exit code and what it wrote to both streams. `onErr`: called after each
 * writing to standard error.
 */
export async function captured(act: () => Promise<number>, onErr = () => {}) {
  const written = { out: '', err: '' };
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    written[stream] += String(text);
    if (stream === 'err') onErr();
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('err')),
  ];
  try {
    return { code: await act(), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
