import { canBeOtherUsers } from '../other-users.ts';
import { inOwnNetwork } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startApache } from './apache.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginxServer } from './nginx-server.ts';
import { startNodeServer } from './node-server.ts';
import { startPostfix } from './postfix.ts';
import { startPostgresql } from './postgresql.ts';
import type { ServerWish, TestServer } from './test-server.ts';

export type ServerKind = {
  readonly name: string;
  /** The same as a DNS label. */
  readonly label: string;
  /** The user that reads the key. */
  readonly user: string;
  start(programs: Programs, wish: ServerWish): Promise<TestServer>;
};

export const allServers: readonly ServerKind[] = [
  { name: 'nginx', label: 'nginx', user: 'root', start: startNginxServer },
  { name: 'Apache httpd', label: 'apache', user: 'root', start: startApache },
  { name: 'HAProxy', label: 'haproxy', user: 'root', start: startHaproxy },
  { name: 'Postfix', label: 'postfix', user: 'root', start: startPostfix },
  { name: 'PostgreSQL', label: 'postgresql', user: 'postgres', start: startPostgresql },
  { name: 'a Node server', label: 'node', user: 'certd-app', start: (_, wish) => startNodeServer(wish) },
];

/** Postfix, PostgreSQL and the Node server run as users of their own, which only scripts/in-netns and root make possible. */
export const canRunServers = inOwnNetwork && canBeOtherUsers();
