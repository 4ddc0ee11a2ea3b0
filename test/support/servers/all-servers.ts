import { canBeOtherUsers } from '../other-users.ts';
import { inOwnNetwork } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startApache } from './apache.ts';
import { startHaproxy } from './haproxy.ts';
import { startNodeServer } from './node-server.ts';
import { startPostfix } from './postfix.ts';
import { startPostgresql } from './postgresql.ts';
import type { ServerWish, TestServer } from './test-server.ts';

export type ServerKind = {
  readonly name: string;
  /** The user that reads the key. */
  readonly user: string;
  start(programs: Programs, wish: ServerWish): Promise<TestServer>;
};

/** Every server beside nginx, which is part of the stack. */
export const allServers: readonly ServerKind[] = [
  { name: 'Apache httpd', user: 'root', start: startApache },
  { name: 'HAProxy', user: 'root', start: startHaproxy },
  { name: 'Postfix', user: 'root', start: startPostfix },
  { name: 'PostgreSQL', user: 'postgres', start: startPostgresql },
  { name: 'a Node server', user: 'certd-app', start: (_, wish) => startNodeServer(wish) },
];

/** Postfix, PostgreSQL and the Node server run as users of their own, which only scripts/in-netns and root make possible. */
export const canRunServers = inOwnNetwork && canBeOtherUsers();
