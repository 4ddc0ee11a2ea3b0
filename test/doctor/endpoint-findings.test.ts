import { describe, expect, it } from 'vitest';
import { endpointFindings } from '../../src/doctor/endpoint-findings.ts';
import type { TlsListen, TlsSite } from '../../src/doctor/sites/site.ts';
import { makeEndpoint, makeTarget } from '../support/make-observed.ts';
import { makeSeenHost, makeSite } from '../support/make-seen-host.ts';

const everywhere: TlsListen = { address: null, port: 443, proxyProtocol: false };

const cures = (...sites: readonly Partial<TlsSite>[]) =>
  endpointFindings(makeSeenHost(sites.map(makeSite))).map(({ cure }) => cure?.replace(/^.*?: (?=\{)/, ''));

describe('the endpoint to declare', () => {
  it.each([
    [everywhere, '{ connect: "127.0.0.1:443", server_name: a.example }'],
    [{ ...everywhere, address: '::' }, '{ connect: "[::1]:443", server_name: a.example }'],
    [
      { ...everywhere, address: '192.0.2.1', port: 8443 },
      '{ connect: "192.0.2.1:8443", server_name: a.example }',
    ],
    [{ ...everywhere, address: '2001:db8::1' }, '{ connect: "[2001:db8::1]:443", server_name: a.example }'],
    [{ ...everywhere, address: 'localhost' }, '{ connect: "localhost:443", server_name: a.example }'],
    [
      { ...everywhere, proxyProtocol: true },
      '{ connect: "127.0.0.1:443", server_name: a.example, proxy_protocol: v1 }',
    ],
  ])('of %j is %s', (listen, line) => {
    expect(cures({ listens: [listen] })).toEqual([line]);
  });

  it('asks for a name that the site answers for', () => {
    const target = makeTarget({ domains: ['a.example', 'b.example', 'www.c.example'] });
    const named = (...names: readonly string[]) =>
      endpointFindings(makeSeenHost([makeSite({ names })], { targets: [target] }))[0]?.message.split(' ')[2];
    expect(named('b.example')).toBe('b.example');
    expect(named('*.c.example')).toBe('www.c.example');
    expect(named('.b.example')).toBe('b.example');
    expect(named()).toBe('a.example');
    expect(named('_')).toBe('a.example');
  });

  it('is said once for sites that share it', () => {
    expect(
      cures({}, { place: '/b:1' }, { listens: [everywhere, { ...everywhere, address: '::' }] }),
    ).toHaveLength(2);
  });

  it('is not said of sites that read no certificate of certd', () => {
    expect(cures({ certificates: [{ certificate: '/c.pem', key: '/k.pem', chain: null }] })).toEqual([]);
  });

  it('is ok where it is declared: address, port and name', () => {
    const status = (change: Parameters<typeof makeEndpoint>[0]) => {
      const targets = [makeTarget({ deploy: { verify: [makeEndpoint(change)] } })];
      return endpointFindings(makeSeenHost([makeSite()], { targets }))[0]?.status;
    };
    expect(status({})).toBe('ok');
    expect(status({ port: 8443 })).toBe('warning');
    expect(status({ host: '::1' })).toBe('warning');
    expect(status({ serverName: 'b.example' })).toBe('warning');
  });
});
