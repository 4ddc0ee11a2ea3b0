import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicAddresses } from '../../src/metadata/public-addresses.ts';
import { startFakeAlibabaMetadata } from '../support/fake-alibaba-metadata.ts';
import { startFakeEc2Metadata } from '../support/fake-ec2-metadata.ts';
import type { FakeMetadata } from '../support/fake-metadata.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';
import { listenAndSayNothing } from '../support/silent-server.ts';

let ec2: FakeMetadata;
let alibaba: FakeMetadata;
let silent: Awaited<ReturnType<typeof listenAndSayNothing>>;

beforeEach(async () => {
  [ec2, alibaba, silent] = await Promise.all([
    startFakeEc2Metadata(),
    startFakeAlibabaMetadata(),
    listenAndSayNothing(),
  ]);
});

afterEach(async () => {
  silent.close();
  await Promise.all([ec2.close(), alibaba.close()]);
});

const look = (ports: readonly [number, number], limitMs = 5_000) =>
  publicAddresses({ services: metadataServicesAt(...ports), signal: new AbortController().signal, limitMs });

const ec2Ipv6 = 'network/interfaces/macs/0e:49:61:0f:c3:11/ipv6s';
const alibabaIpv6 = 'network/interfaces/macs/00:16:3e:0f:12:34/ipv6s';

describe('on Amazon EC2', () => {
  it('are the public IPv4 address and the first IPv6 one', async () => {
    ec2.items.set('public-ipv4', '198.51.100.7').set(ec2Ipv6, '2001:db8::7\n2001:db8::8');
    expect(await look([ec2.port, silent.port])).toEqual({
      cloud: 'Amazon EC2',
      ipv4: '198.51.100.7',
      ipv6: '2001:db8::7',
    });
  });

  it('are null where the instance has none', async () => {
    expect(await look([ec2.port, silent.port])).toEqual({ cloud: 'Amazon EC2', ipv4: null, ipv6: null });
  });
});

describe('on Alibaba Cloud', () => {
  it('are the elastic address and the first of the list in brackets', async () => {
    alibaba.items.set('eipv4', '203.0.113.9').set(alibabaIpv6, '[2001:db8::9,2001:db8::a]');
    expect(await look([silent.port, alibaba.port])).toEqual({
      cloud: 'Alibaba Cloud',
      ipv4: '203.0.113.9',
      ipv6: '2001:db8::9',
    });
  });

  it('are the address of the instance itself where it has no elastic one', async () => {
    alibaba.items.set('public-ipv4', '203.0.113.10');
    expect(await look([silent.port, alibaba.port])).toMatchObject({ ipv4: '203.0.113.10', ipv6: null });
  });
});

it('are null outside a cloud', async () => {
  expect(await look([silent.port, silent.port], 100)).toBe(null);
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
  ec2.items.set(item, text);
  await expect(look([ec2.port, silent.port])).rejects.toMatchObject({
    code: 'metadata-refused',
    message: `the metadata service of Amazon EC2 answers for ${words}`,
  });
});
