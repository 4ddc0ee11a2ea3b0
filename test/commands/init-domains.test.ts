import { describe, expect, it } from 'vitest';
import { initDomains } from '../../src/commands/init-domains.ts';
import type { Metadata } from '../../src/metadata/find-metadata.ts';
import { metadataServices } from '../../src/metadata/services.ts';

const [ec2] = metadataServices;

/** An instance of Amazon EC2 with these items, and how often it was looked for and what was asked. */
function instance(items: Readonly<Record<string, string>>) {
  if (ec2 === undefined) throw new Error('there are no services');
  const asked: string[] = [];
  let looks = 0;
  const metadata: Metadata = {
    service: ec2,
    item: async path => {
      asked.push(path);
      return items[path] ?? null;
    },
  };
  const look = async () => {
    looks += 1;
    return metadata;
  };
  return { look, asked, looks: () => looks };
}

const nowhere = () => {
  throw new Error('the metadata was asked for');
};

it('are the names themselves, as the configuration takes them, each once; and no cloud is asked', async () => {
  const words = ['Example.COM', 'www.example.com', 'example.com', 'bücher.example', '2001:DB8:0::1'];
  expect(await initDomains(words, nowhere)).toEqual([
    'example.com',
    'www.example.com',
    'xn--bcher-kva.example',
    '2001:db8::1',
  ]);
});

it('are what the instance says for a placeholder, which is looked for once', async () => {
  const { look, asked, looks } = instance({
    'public-ipv4': '198.51.100.7',
    'tags/instance/CertDomains': 'a.example, B.example  c.example,',
    'tags/instance/more:names': 'a.example,müller.example',
  });
  const words = ['first.example', `\${tag:CertDomains}`, `\${instance:public-ipv4}`, `\${tag:more:names}`];
  expect(await initDomains(words, look)).toEqual([
    'first.example',
    'a.example',
    'b.example',
    'c.example',
    '198.51.100.7',
    'xn--mller-kva.example',
  ]);
  expect(asked).toEqual(['tags/instance/CertDomains', 'public-ipv4', 'tags/instance/more:names']);
  expect(looks()).toBe(1);
});

it('of several names in one word it says how they are given', async () => {
  await expect(initDomains(['a.example,b.example'], nowhere)).rejects.toThrow(
    /no domain name: .*; --domain takes one name, and may be given again$/,
  );
});

describe('is refused as typed wrongly, and no cloud is asked:', () => {
  it.each([
    [`www.\${tag:Name}.example`, /a whole value may be/],
    [`\${tag:a}\${tag:b}`, /a whole value may be|only tags with a key/],
    [`\${instance:local-ipv4}`, /a whole value may be/],
    ['$(reboot)', /a whole value may be/],
    [`\${tag:}`, /only tags with a key/],
    [`\${tag:..}`, /only tags with a key/],
    [`\${tag:../iam/security-credentials/role}`, /only tags with a key/],
    [`\${tag:a b}`, /only tags with a key/],
    [`\${tag:a%2fb}`, /only tags with a key/],
    [`\${tag:a?b}`, /only tags with a key/],
    [`\${tag:_index}`, /only tags with a key/],
  ])('%s', async (word, words) => {
    await expect(initDomains([word], nowhere)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(words),
    });
  });

  it.each([
    ['*.example.com', '--domain: "*.example.com" is a wildcard'],
    ['https://example.com', '--domain: write the domain alone, without https://'],
    ['', '--domain: the domain is empty'],
  ])('%s', async (word, message) => {
    await expect(initDomains([word], nowhere)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(message),
    });
  });
});

describe('a tag is refused, and quoted safely, with', () => {
  it.each<[string, string, string]>([
    ['a wildcard', '*.example.com', '"*.example.com" is a wildcard'],
    ['shell text', '$(reboot)', '"$(reboot)" is no domain name'],
    [
      'a line feed between names',
      'a.example\nb.example',
      String.raw`"a.example\nb.example" is no domain name`,
    ],
    ['a way out of a directory', '../../etc', '"../../etc" is more than a domain'],
    ['HTML', '<html>', '"<html>" is no domain name'],
    ['YAML', 'a.example]', '"a.example]" is no domain name'],
    ['a URL', 'https://a.example/', 'write the domain alone, without https://'],
    ['a private name', 'ip-10-0-0-5.ec2.internal', 'ip-10-0-0-5.ec2.internal is a private name'],
    ['a network', '10.0.0.0/8', '10.0.0.0/8 is a network'],
    ['an endless word', 'a'.repeat(5000), 'a word of 5000 characters is no domain'],
  ])('%s', async (_sentence, text, message) => {
    const { look } = instance({ 'tags/instance/Names': text });
    const found = initDomains([`\${tag:Names}`], look);
    await expect(found).rejects.toMatchObject({ code: 'metadata-refused' });
    await expect(found).rejects.toThrow(`the tag Names on Amazon EC2: ${message}`);
  });

  it.each(['', ' , ', null])('no name: %j', async text => {
    const { look } = instance(text === null ? {} : { 'tags/instance/Names': text });
    await expect(initDomains([`\${tag:Names}`], look)).rejects.toMatchObject({
      code: 'metadata-refused',
      message:
        'the metadata of this instance has no tag Names with names in it: set it, and let the metadata show tags (InstanceMetadataTags=enabled on Amazon EC2)',
    });
  });
});

it('an instance without a public address is refused', async () => {
  await expect(initDomains([`\${instance:public-ipv4}`], instance({}).look)).rejects.toMatchObject({
    code: 'metadata-refused',
    message: 'Amazon EC2 says that this instance has no public IPv4 address',
  });
});

it('more names than a CA takes are refused, wherever they come from', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example`).join(',');
  const words = [`\${tag:Names}`];
  expect(await initDomains(words, instance({ 'tags/instance/Names': names(100) }).look)).toHaveLength(100);
  await expect(
    initDomains(words, instance({ 'tags/instance/Names': names(101) }).look),
  ).rejects.toMatchObject({
    code: 'config-invalid',
    message: 'there are 101 domains; no public CA takes more than 100 in one certificate',
  });
});
