import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDns, type TestDns } from './dns.ts';
import { startNginx, type TestNginx } from './nginx.ts';
import { type PebbleOptions, startPebble, type TestPebble } from './pebble.ts';
import { freePorts, inOwnNetwork } from './ports.ts';
import { findPrograms, type Programs } from './programs.ts';
import { recordKeys } from './run-record.ts';

export type Stack = {
  /** Everything of this stack is under it; gone after `stop`. Readable by all, as nginx's workers need it. */
  readonly dir: string;
  readonly pebble: TestPebble;
  readonly dns: TestDns;
  readonly nginx: TestNginx;
  readonly programs: Programs;
  /** Ends every process by its pid and removes `dir`. Repeatable. */
  stop(): Promise<void>;
};

/**
 * A CA, a DNS server and a web server of the test's own. Their processes end with the caller's, however that
 * ends. `ports` of nginx: 80 and 443 in a network namespace of its own, free ones elsewhere;
 * `validationPort` of the CA: nginx's port for plain HTTP.
 */
export async function startStack(
  options: PebbleOptions & {
    readonly ports?: { readonly http: number; readonly https: number };
    readonly validationPort?: number;
  } = {},
): Promise<Stack> {
  const programs = findPrograms();
  const dir = await mkdtemp(join(tmpdir(), 'certd-stack-'));
  const removeAtExit = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
    recordKeys(dir);
    await rm(dir, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  };
  try {
    await chmod(dir, 0o755);
    const ports = options.ports ?? (await defaultPorts());
    const dns = await startDns(programs.challtestsrv, dir);
    stops.push(() => dns.process.stop());
    const validationPort = options.validationPort ?? ports.http;
    const pebble = await startPebble(programs.pebble, dir, {
      ...options,
      validationPort,
      dnsAddress: dns.address,
    });
    stops.push(() => pebble.process.stop());
    const nginx = await startNginx(programs, dir, ports);
    stops.push(nginx.stop);
    return { dir, pebble, dns, nginx, programs, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function defaultPorts(): Promise<{ http: number; https: number }> {
  if (inOwnNetwork) return { http: 80, https: 443 };
  const [http = 0, https = 0] = await freePorts(2);
  return { http, https };
}
