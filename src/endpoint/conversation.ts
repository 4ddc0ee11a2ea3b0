import type { Socket } from 'node:net';
import { faultOf } from '../x509/fault.ts';
import { unreachable } from './unreachable.ts';

/** What is said in the clear before TLS begins. Each throws `endpoint-unreachable` once nothing sensible can come any more. */
export type Conversation = {
  send(what: string | Uint8Array): void;
  /** The next line, without its end. */
  line(): Promise<string>;
  /** The next octet. */
  octet(): Promise<number>;
  /** What follows is TLS, where the client speaks first: nothing may have come that was not asked for. */
  end(): void;
};

// RFC 5321 §4.5.3.1.5 allows 512 octets a line; IMAP servers send longer ones.
const longestLine = 4096;
const mostOctets = 32 * 1024;

/** Reads a connection by lines and octets. Limits of time are the caller's: he closes it. */
export function converse(socket: Socket): Conversation {
  let held = Buffer.alloc(0);
  let octets = 0;
  let over: Error | null = null;
  let wake = () => {};
  const endBy = (error: Error) => {
    over ??= error;
    wake();
  };
  const onData = (chunk: Buffer) => {
    octets += chunk.length;
    if (octets > mostOctets) return endBy(unreachable('it says more than any server does before TLS'));
    held = Buffer.concat([held, chunk]);
    wake();
  };
  const onClose = () => endBy(unreachable('it closed the connection before TLS began'));
  const onError = (error: Error) => {
    const { words, code } = faultOf(error, '');
    endBy(unreachable(`${words} (${code})`));
  };
  socket.on('data', onData).on('error', onError).once('end', onClose).once('close', onClose);

  const take = async <T>(next: () => T | null): Promise<T> => {
    for (;;) {
      const value = next();
      if (value !== null) return value;
      if (over !== null) throw over;
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
  };
  const cut = (length: number): Buffer => {
    const part = held.subarray(0, length);
    held = held.subarray(length);
    return part;
  };
  return {
    send: what => void socket.write(what),
    line: () =>
      take(() => {
        const end = held.indexOf(0x0a);
        if ((end === -1 ? held.length : end) > longestLine)
          throw unreachable('it sends a line without an end');
        return end === -1
          ? null
          : cut(end + 1)
              .toString('latin1')
              .replace(/\r?\n$/, '');
      }),
    octet: () => take(() => (held.length === 0 ? null : cut(1).readUInt8(0))),
    end() {
      socket.off('data', onData).off('error', onError).off('end', onClose).off('close', onClose);
      socket.pause();
      if (held.length > 0) throw unreachable('it says more before TLS begins than it was asked for');
    },
  };
}
