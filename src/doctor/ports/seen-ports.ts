import type { HeldPort } from '../../host/held-ports.ts';

/** What listens on the ports that matter, and the units of systemd that hold sockets. */
export type SeenPorts = {
  /** Null where the kernel’s table could not be read. */
  readonly held: readonly HeldPort[] | null;
  /** Null where they were not asked for, or could not be. */
  readonly sockets: readonly SocketUnit[] | null;
  readonly isRoot: boolean;
};

/** A socket unit. `ports`: what it listens on over TCP. */
export type SocketUnit = {
  readonly unit: string;
  /** The service that gets its connections. */
  readonly service: string | null;
  readonly ports: readonly number[];
};
