import type { TLSSocket } from 'node:tls';
import { openTls, type TlsAddress } from './open-tls.ts';
import { readUntil, takeBytes } from './read-stream.ts';

/** A connection with something under way. */
export type Conversation = {
  /** Goes on with it. Throws where the server has closed the connection. */
  goOn(): Promise<void>;
  close(): void;
};

/** Something that the other side answers with a text that fits. */
export type Exchange = { readonly say: string | Buffer; readonly fits: RegExp };

/** A connection that says the same again and again, after what is said first. */
export async function exchange(
  server: TlsAddress,
  again: Exchange,
  first: readonly Exchange[] = [],
): Promise<Conversation> {
  const socket = await openTls(server);
  const say = async (each: Exchange) => {
    socket.write(each.say);
    await readUntil(socket, each.fits);
  };
  for (const each of first) await say(each);
  return { goOn: () => say(again), close: () => closeSoon(socket) };
}

/** More than the buffers of both sides hold, so that the server is at work on it as long as nobody reads on. */
export const largeFileBytes = 64 * 1024 * 1024;

/** A download of `/large` over HTTP that takes as long as the caller wants. */
export async function download(server: TlsAddress): Promise<Conversation> {
  const socket = await openTls(server);
  socket.write(`GET /large HTTP/1.1\r\nHost: ${server.serverName}\r\n\r\n`);
  await readUntil(socket, /^HTTP\/1\.1 200 /);
  return {
    goOn: async () => void (await takeBytes(socket, 256 * 1024)),
    close: () => closeSoon(socket),
  };
}

function closeSoon(socket: TLSSocket): void {
  // What the server still sends is not for anybody.
  socket.on('error', () => undefined);
  socket.destroy();
}
