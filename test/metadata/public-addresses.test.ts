import { describe, expect, it } from 'vitest';
import { publicAddresses } from '../../src/metadata/public-addresses.ts';
import { bothClouds } from '../support/both-clouds.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';

const clouds = bothClouds();

const look = (ports: readonly [number, number], limitMs = 5_000) =>
  publicAddresses({ services: metadataServicesAt(...ports), signal: new AbortController().signal, limitMs });

const of = (mac: string, item: string) => `network/interfaces/macs/${mac}/${item}`;
const ec2First = '0e:49:61:0f:c3:11';
const ec2Second = '0e:49:61:0f:c3:22';
const alibaba = '00:16:3e:0f:12:34';

describe('on Amazon EC2', () => {
  it('are those of every interface, each once: elastic addresses, and the IPv6 ones', async () => {
    clouds.ec2.items
      .set('public-ipv4', '198.51.100.7')
      .set(of(ec2First, 'public-ipv4s'), '198.51.100.7\n198.51.100.8')
      .set(of(ec2First, 'ipv6s'), '2001:db8:0:0::7\n2001:db8::8')
      .set(of(ec2Second, 'public-ipv4s'), '198.51.100.9')
      .set(of(ec2Second, 'ipv6s'), '2001:db8:1::9');
    expect(await look([clouds.ec2.port, clouds.silent.port])).toEqual({
      cloud: 'Amazon EC2',
      addresses: [
        '198.51.100.7',
        '198.51.100.8',
        '198.51.100.9',
        '2001:db8::7',
        '2001:db8::8',
        '2001:db8:1::9',
      ],
      isAllIpv4: true,
    });
  });

  it('are none where the instance has none', async () => {
    expect(await look([clouds.ec2.port, clouds.silent.port])).toEqual({
      cloud: 'Amazon EC2',
      addresses: [],
      isAllIpv4: true,
    });
  });
});

describe('on Alibaba Cloud', () => {
  const found = () => look([clouds.silent.port, clouds.alibaba.port]);

  it('are the elastic address and the list in brackets', async () => {
    clouds.alibaba.items.set('eipv4', '203.0.113.9').set(of(alibaba, 'ipv6s'), '[2001:db8::9,2001:db8::a]');
    expect(await found()).toEqual({
      cloud: 'Alibaba Cloud',
      addresses: ['203.0.113.9', '2001:db8::9', '2001:db8::a'],
      isAllIpv4: true,
    });
  });

  it('are the address of the instance itself where it has no elastic one', async () => {
    clouds.alibaba.items.set('public-ipv4', '203.0.113.10');
    expect(await found()).toMatchObject({ addresses: ['203.0.113.10'] });
  });

  it('may be more of IPv4 than it says where there is a second interface, or a second private address', async () => {
    clouds.alibaba.items.set(of(alibaba, 'private-ipv4s'), '["192.168.0.5","192.168.0.6"]');
    expect(await found()).toMatchObject({ isAllIpv4: false });
    clouds.alibaba.items
      .set(of(alibaba, 'private-ipv4s'), '["192.168.0.5"]')
      .set(of('00:16:3e:0f:56:78', 'ipv6s'), '[2001:db8::b]');
    expect(await found()).toMatchObject({ addresses: ['2001:db8::b'], isAllIpv4: false });
  });
});

it('are null outside a cloud', async () => {
  expect(await look([clouds.silent.port, clouds.silent.port], 100)).toBe(null);
});

const macs = 'network/interfaces/macs/';
const noList = 'no list of up to 64 MAC addresses';

it.each<[string, string, string, string]>([
  ['HTML', 'public-ipv4', '<html>', 'public-ipv4 with "<html>", which is no IPv4 address'],
  [
    'two addresses',
    'public-ipv4',
    '198.51.100.7 10.0.0.1',
    'public-ipv4 with "198.51.100.7 10.0.0.1", which is no IPv4 address',
  ],
  ['a way out of the path', macs, '../../x/', `${macs} with "../../x/", which is ${noList}`],
  ['no interface', macs, '', `${macs} with "", which is ${noList}`],
  [
    'more interfaces than anybody has',
    macs,
    Array.from({ length: 65 }, (_, index) => `02:00:00:00:00:${(index + 16).toString(16)}/`).join('\n'),
    `${macs} with "02:00:00:00:00:10/\\n02:00:00:00:00:11/\\n02:00:00:00:00:12/\\n02:", which is ${noList}`,
  ],
  [
    'shell text',
    of(ec2First, 'ipv6s'),
    '2001:db8::7, $(reboot)',
    `${of(ec2First, 'ipv6s')} with "$(reboot)", which is no IPv6 address`,
  ],
  [
    'the other family',
    of(ec2First, 'public-ipv4s'),
    '2001:db8::7',
    `${of(ec2First, 'public-ipv4s')} with "2001:db8::7", which is no IPv4 address`,
  ],
])('are refused where the service answers with %s', async (_sentence, item, text, words) => {
  clouds.ec2.items.set(item, text);
  await expect(look([clouds.ec2.port, clouds.silent.port])).rejects.toMatchObject({
    code: 'metadata-refused',
    message: `the metadata service of Amazon EC2 answers for ${words}`,
  });
});
