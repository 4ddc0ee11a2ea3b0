import { once } from 'node:events';
import type { Duplex } from 'node:stream';

/** What comes next on a stream, at least `count` bytes. Throws where it ends before, or when nothing comes for five seconds. */
export async function takeBytes(stream: Duplex, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let missing = count; missing > 0; ) {
    const chunk = await next(stream);
    chunks.push(chunk);
    missing -= chunk.length;
  }
  return Buffer.concat(chunks);
}

/** All that comes until it fits, read as Latin-1. Throws as `takeBytes` does. */
export async function readUntil(stream: Duplex, fits: RegExp): Promise<string> {
  let text = '';
  while (!fits.test(text)) text += (await next(stream)).toString('latin1');
  return text;
}

async function next(stream: Duplex): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = stream.read();
    if (chunk !== null) return chunk;
    if (stream.readableEnded || stream.destroyed) throw new Error('the other side has closed the connection');
    await change(stream);
  }
}

async function change(stream: Duplex): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(5000)]);
  try {
    await Promise.race([once(stream, 'readable', { signal }), once(stream, 'close', { signal })]);
  } finally {
    over.abort();
  }
}
