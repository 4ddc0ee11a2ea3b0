import { once } from 'node:events';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { closeServer } from '../host/close-server.ts';
import type { OneRequestServer } from '../host/one-request-server.ts';

export type PassedSockets = {
  /** Has a server on every passed socket, from the first call until `close`. Throws `socket-not-passed`. */
  open(): Promise<void>;
  close(): Promise<void>;
};

/** `take` gives the descriptors that systemd passed; it is asked once, and not before they are needed. */
export function openPassedSockets(
  take: () => readonly number[],
  newServer: () => OneRequestServer,
): PassedSockets {
  const servers: OneRequestServer[] = [];
  let opened: Promise<void> | null = null;
  const openAll = async () => {
    const descriptors = take();
    if (descriptors.length === 0) {
      throw new CertdError('socket-not-passed', 'systemd has passed no socket to this process');
    }
    for (const fd of descriptors) {
      const server = newServer();
      await listenOn(server, fd);
      servers.push(server);
    }
  };
  return {
    open() {
      opened ??= openAll();
      return opened;
    },
    close: async () => void (await Promise.all(servers.splice(0).map(closeServer))),
  };
}

async function listenOn(server: OneRequestServer, fd: number): Promise<void> {
  try {
    server.listen({ fd });
    await once(server, 'listening');
  } catch (cause) {
    const errno = systemErrorOf(cause)?.code;
    if (errno === undefined) throw cause;
    const message = `descriptor ${fd} from systemd is no socket that certd can listen on: ${errno}`;
    throw new CertdError('socket-not-passed', message, { facts: { descriptor: fd, errno }, cause });
  }
}
