import { beforeAll, describe, expect, it } from 'vitest';
import { proxyHeader } from '../../src/endpoint/proxy-header.ts';
import { type EndpointPki, lookAt, makeEndpointPki } from '../support/endpoint-pki.ts';
import { startTls, tcpServer } from '../support/endpoint-servers.ts';

const ipv4 = {
  localAddress: '192.0.2.1',
  localPort: 56_324,
  remoteAddress: '198.51.100.2',
  remotePort: 443,
};
const ipv6 = {
  localAddress: 'fe80::1%eth0',
  localPort: 4660,
  remoteAddress: '2001:db8::2',
  remotePort: 25,
};

describe('the header of version 1', () => {
  it('is a line with both addresses and ports', () => {
    expect(text('v1', ipv4)).toBe('PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n');
  });

  it('has addresses of IPv6 without their zone', () => {
    expect(text('v1', ipv6)).toBe('PROXY TCP6 fe80::1 2001:db8::2 4660 25\r\n');
  });
});

describe('the header of version 2', () => {
  it('is the signature, PROXY over TCP/IPv4, twelve octets', () => {
    expect(hex('v2', ipv4)).toBe(
      '0d0a0d0a000d0a515549540a' + '2111000c' + 'c0000201' + 'c6336402' + 'dc04' + '01bb',
    );
  });

  it('is the signature, PROXY over TCP/IPv6, thirty-six octets', () => {
    expect(hex('v2', ipv6)).toBe(
      '0d0a0d0a000d0a515549540a' +
        '21210024' +
        'fe800000000000000000000000000001' +
        '20010db8000000000000000000000002' +
        '1234' +
        '0019',
    );
  });
});

describe('a look at a server behind a load balancer', () => {
  let pki: EndpointPki;

  beforeAll(async () => {
    pki = await makeEndpointPki();
  });

  it.each([
    ['v1', '127.0.0.1', (octets: Buffer) => octets.indexOf('\n') + 1],
    ['v1', '::1', (octets: Buffer) => octets.indexOf('\n') + 1],
    ['v2', '127.0.0.1', () => 28],
    ['v2', '::1', () => 52],
  ] as const)('says in %s over %s who it is, and then shakes hands', async (version, host, lengthOf) => {
    const heard: string[] = [];
    const port = await tcpServer(socket => {
      socket.once('data', octets => {
        const length = lengthOf(octets);
        heard.push(octets.subarray(0, length).toString('hex'));
        const expected = proxyHeader(version, {
          localAddress: socket.remoteAddress,
          localPort: socket.remotePort,
          remoteAddress: socket.localAddress,
          remotePort: socket.localPort,
        });
        heard.push(Buffer.from(expected).toString('hex'));
        socket.pause();
        socket.unshift(octets.subarray(length));
        startTls(socket, pki.ecdsa);
      });
    }, host);
    expect(await lookAt(pki, { host, port, proxyProtocol: version })).toMatchObject({
      fingerprintSha256: pki.ecdsa.fingerprint,
      fault: null,
    });
    expect(heard[0]).toBe(heard[1]);
  });
});

function text(version: 'v1' | 'v2', ends: typeof ipv4): string {
  return Buffer.from(proxyHeader(version, ends)).toString('latin1');
}

function hex(version: 'v1' | 'v2', ends: typeof ipv4): string {
  return Buffer.from(proxyHeader(version, ends)).toString('hex');
}
