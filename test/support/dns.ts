import { join } from 'node:path';
import { requestText } from './json-request.ts';
import { freePorts, inOwnNetwork, udpPortIsFree } from './ports.ts';
import { type RunningProcess, startProcess } from './run-process.ts';
import { waitUntilListening } from './wait-until.ts';

/** Pebble's DNS test server: every name has the address 127.0.0.1 until told otherwise. */
export type TestDns = {
  readonly process: RunningProcess;
  /** For resolvers that take one. */
  readonly address: string;
  setAddresses(host: string, addresses: readonly string[]): Promise<void>;
  setIpv6Addresses(host: string, addresses: readonly string[]): Promise<void>;
  clearAddresses(host: string): Promise<void>;
  setCaa(host: string, policies: readonly { readonly tag: string; readonly value: string }[]): Promise<void>;
  clearCaa(host: string): Promise<void>;
  /** Every question about the name fails. */
  fail(host: string): Promise<void>;
  stopFailing(host: string): Promise<void>;
  /** The questions asked about the name since the start, as the server records them. */
  history(host: string): Promise<unknown>;
};

/** Listens on port 53 too where that is possible, so that the system's resolver finds it (scripts/in-netns). */
export async function startDns(program: string, dir: string): Promise<TestDns> {
  const [port = 0, management = 0] = await freePorts(2);
  const address = `127.0.0.1:${port}`;
  const onSystemPort = inOwnNetwork && (await udpPortIsFree(53));
  const process = await startProcess({
    name: 'pebble-challtestsrv',
    argv: [
      program,
      ...['-dnsserver', onSystemPort ? `${address},127.0.0.1:53` : address],
      ...['-management', `127.0.0.1:${management}`],
      ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', ''],
      ...['-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
    ],
    logFile: join(dir, 'dns.log'),
  });
  await waitUntilListening('pebble-challtestsrv', { port }, process);
  await waitUntilListening('the management of pebble-challtestsrv', { port: management }, process);
  const post = (path: string, body: unknown) =>
    requestText(`http://127.0.0.1:${management}/${path}`, { body });
  const change = async (path: string, body: unknown) => void (await post(path, body));
  return {
    process,
    address,
    setAddresses: (host, addresses) => change('add-a', { host, addresses }),
    setIpv6Addresses: (host, addresses) => change('add-aaaa', { host, addresses }),
    clearAddresses: host => change('clear-a', { host }),
    setCaa: (host, policies) => change('add-caa', { host, policies }),
    clearCaa: host => change('clear-caa', { host }),
    fail: host => change('set-servfail', { host }),
    stopFailing: host => change('clear-servfail', { host }),
    history: async host => JSON.parse(await post('dns-request-history', { host })),
  };
}
