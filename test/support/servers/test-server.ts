import { readFileSync } from 'node:fs';
import type { Conversation } from './conversation.ts';
import type { TlsAddress } from './open-tls.ts';
import type { Restartable } from './restartable.ts';

/** A server from the distribution with a certificate, as an operator runs it. */
export type TestServer = Restartable & {
  readonly address: TlsAddress;
  /** What an operator types to reload it, at a shell. */
  readonly reload: string;
  /** What tells a good configuration from a bad one; null where the server has no such command. */
  readonly test: string | null;
  /** How often it was told to reload. */
  reloads(): number;
  /** A connection with something under way, as long as the caller wants. */
  converse(): Promise<Conversation>;
};

/** What a server is started with: a directory of its own, its name, and the files that it reads of its certificate. */
export type ServerWish = {
  readonly dir: string;
  readonly serverName: string;
  readonly fullchain: string;
  readonly key: string;
  /** Leaf, chain and key in one file. */
  readonly combined: string;
};

export function countIn(logFile: string, line: RegExp): number {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter(each => line.test(each)).length;
}
