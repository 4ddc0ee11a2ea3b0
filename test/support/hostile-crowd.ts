import { connect, type Socket } from 'node:net';

const half = (path: string) => `GET ${path} HTTP/1.1\r\nhost: certd\r\n`;

/** What a client does that means no good: some bytes at once, and some more every 100 ms. */
const deeds: readonly { readonly first: string | Buffer; readonly rest?: string }[] = [
  { first: '' },
  { first: half('/status'), rest: 'x' },
  { first: `${half('/renew').replace('GET', 'POST')}content-length: 60000\r\n\r\n`, rest: 'y' },
  // It asks, and does not read.
  { first: `${half('/status')}\r\n` },
  { first: `${half('/healthz')}\r\n`.repeat(500) },
  { first: Buffer.from('16030100810100007d0303', 'hex') },
  { first: Buffer.alloc(1024 * 1024, 'GET /status ') },
  { first: '\u0000\u0001\u0002\r\n\r\n' },
  { first: `${half('/status')}x: ${'z'.repeat(1024 * 1024)}` },
];

/** So many clients at once, each of which comes back a second after it was closed. `stop` ends all of them. */
export function hostileCrowd(path: string, size: number) {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let came = 0;
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const attack = (index: number) => {
    const deed = deeds[index % deeds.length];
    const socket = connect({ path, allowHalfOpen: true }, () => {
      came += 1;
      socket.pause();
      socket.write(deed?.first ?? '');
    });
    sockets.add(socket);
    const again = () => {
      if (deed?.rest !== undefined && socket.writable) socket.write(deed.rest);
      if (sockets.has(socket)) later(100, again);
    };
    if (deed?.rest !== undefined) again();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (sockets.delete(socket)) later(1000, () => attack(index));
    });
  };
  for (let index = 0; index < size; index += 1) attack(index);
  return {
    /** How many connections were made so far. */
    came: () => came,
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
      const all = [...sockets];
      sockets.clear();
      for (const socket of all) socket.destroy();
    },
  };
}
