import { createServer, type Server } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenError } from '../../src/challenge/listen-error.ts';
import { openListeners } from '../../src/challenge/listeners.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { ListenAddress } from '../../src/core/text/listen-address.ts';

const refusal = (code: string) => Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen' });
const anyIpv4 = { address: '127.0.0.1', port: 0 };
const everyIpv6 = { address: '::', port: 0 };

/** Servers of a host on which bind(2) refuses every IPv6 address with `errno`. */
function withoutIpv6(errno: string) {
  const servers: Server[] = [];
  const warnings: string[] = [];
  const newServer = () => {
    const server = createServer();
    const listen = server.listen.bind(server);
    const refusing = (where: { host: string; port: number }) => {
      if (!where.host.includes(':')) return listen(where);
      queueMicrotask(() => server.emit('error', refusal(errno)));
      return server;
    };
    servers.push(Object.assign(server, { listen: refusing }));
    return server;
  };
  const listeners = openListeners(newServer, (error: CertdError) => warnings.push(error.message));
  onTestFinished(() => listeners.close());
  return { listeners, warnings, listening: () => servers.filter(server => server.listening).length };
}

describe('a host without IPv6', () => {
  it.each([
    ['EAFNOSUPPORT', 'this host does not have that address family'],
    ['EADDRNOTAVAIL', 'this host does not have that address'],
  ])('%s is a warning while there is IPv4, once while that is open', async (errno, why) => {
    const { listeners, warnings, listening } = withoutIpv6(errno);
    const leases = [await listeners.lease([everyIpv6, anyIpv4])];
    leases.push(await listeners.lease([everyIpv6, anyIpv4]));
    expect(warnings).toEqual([`certd cannot listen on [::]:0: ${errno}, ${why}`]);
    expect(listening()).toBe(1);
    for (const lease of leases) await lease.release();
    expect(listening()).toBe(0);
  });

  it('is an error where nothing else is left', async () => {
    const { listeners, warnings } = withoutIpv6('EAFNOSUPPORT');
    await expect(listeners.lease([everyIpv6])).rejects.toMatchObject({ code: 'listen-failed' });
    expect(warnings).toEqual([]);
  });

  it('is an error where a certain address of it is wanted and the family is there', async () => {
    const { listeners, listening } = withoutIpv6('EADDRNOTAVAIL');
    const wanted: ListenAddress[] = [anyIpv4, { address: '2001:db8::1', port: 0 }];
    await expect(listeners.lease(wanted)).rejects.toMatchObject({ code: 'listen-failed' });
    expect(listening()).toBe(0);
  });
});

describe('listenError', () => {
  const address = { address: '0.0.0.0', port: 80 };

  it.each(['EACCES', 'EPERM'])('says which right is missing after %s', async errno => {
    expect(await listenError(address, refusal(errno))).toMatchObject({
      code: 'port-forbidden',
      message: 'certd may not listen on 0.0.0.0:80: it lacks CAP_NET_BIND_SERVICE, or a policy forbids it',
      facts: { listener: '0.0.0.0:80', errno },
    });
  });

  it('leaves a defect a defect', async () => {
    expect(await listenError(address, new TypeError('x is no function'))).toMatchObject({
      code: 'internal-error',
    });
  });
});
