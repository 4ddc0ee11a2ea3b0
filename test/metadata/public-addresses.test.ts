import { describe, expect, it } from 'vitest';
import { publicAddresses } from '../../src/metadata/public-addresses.ts';
import { bothClouds } from '../support/both-clouds.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';

const clouds = bothClouds();

const look = (ports: readonly [number, number], limitMs = 5_000) =>
  publicAddresses({ services: metadataServicesAt(...ports), signal: new AbortController().signal, limitMs });

const ec2Ipv6 = 'network/interfaces/macs/0e:49:61:0f:c3:11/ipv6s';
const alibabaIpv6 = 'network/interfaces/macs/00:16:3e:0f:12:34/ipv6s';

describe('on Amazon EC2', () => {
  it('are the public IPv4 address and the first IPv6 one', async () => {
    clouds.ec2.items.set('public-ipv4', '198.51.100.7').set(ec2Ipv6, '2001:db8::7\n2001:db8::8');
    expect(await look([clouds.ec2.port, clouds.silent.port])).toEqual({
      cloud: 'Amazon EC2',
      ipv4: '198.51.100.7',
      ipv6: '2001:db8::7',
    });
  });

  it('are null where the instance has none', async () => {
    expect(await look([clouds.ec2.port, clouds.silent.port])).toEqual({
      cloud: 'Amazon EC2',
      ipv4: null,
      ipv6: null,
    });
  });
});

describe('on Alibaba Cloud', () => {
  it('are the elastic address and the first of the list in brackets', async () => {
    clouds.alibaba.items.set('eipv4', '203.0.113.9').set(alibabaIpv6, '[2001:db8::9,2001:db8::a]');
    expect(await look([clouds.silent.port, clouds.alibaba.port])).toEqual({
      cloud: 'Alibaba Cloud',
      ipv4: '203.0.113.9',
      ipv6: '2001:db8::9',
    });
  });

  it('are the address of the instance itself where it has no elastic one', async () => {
    clouds.alibaba.items.set('public-ipv4', '203.0.113.10');
    expect(await look([clouds.silent.port, clouds.alibaba.port])).toMatchObject({
      ipv4: '203.0.113.10',
      ipv6: null,
    });
  });
});

it('are null outside a cloud', async () => {
  expect(await look([clouds.silent.port, clouds.silent.port], 100)).toBe(null);
});

it.each<[string, string, string, string]>([
  ['HTML', 'public-ipv4', '<html>', 'public-ipv4 with "<html>", which is no IPv4 address'],
  [
    'two addresses',
    'public-ipv4',
    '198.51.100.7 10.0.0.1',
    'public-ipv4 with "198.51.100.7 10.0.0.1", which is no IPv4 address',
  ],
  ['a way out of the path', 'mac', '../../x', 'mac with "../../x", which is no MAC address'],
  ['shell text', ec2Ipv6, '2001:db8::7, $(reboot)', `${ec2Ipv6} with "$(reboot)", which is no IPv6 address`],
])('are refused where the service answers with %s', async (_sentence, item, text, words) => {
  clouds.ec2.items.set(item, text);
  await expect(look([clouds.ec2.port, clouds.silent.port])).rejects.toMatchObject({
    code: 'metadata-refused',
    message: `the metadata service of Amazon EC2 answers for ${words}`,
  });
});
