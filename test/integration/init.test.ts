import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type CertdCommands, certdAt } from '../support/certd-process.ts';
import { startFakeAlibabaMetadata } from '../support/fake-alibaba-metadata.ts';
import { startFakeEc2Metadata } from '../support/fake-ec2-metadata.ts';
import { inOwnNetwork } from '../support/ports.ts';

const asked = [`\${tag:CertDomains}`, `\${instance:public-ipv4}`].flatMap(word => ['--domain', word]);
const words = ['init', ...asked, '--agree-tos', '--webroot', '/srv', '--print'];

// The addresses of the metadata services are this host's own in scripts/in-netns, and nowhere else.
describe.runIf(inOwnNetwork)('certd init asks the cloud where it really is', () => {
  let dir = '';
  let certd: CertdCommands;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'certd-init-'));
    certd = await certdAt(dir, '# none\n');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test.each([
    ['Amazon EC2', startFakeEc2Metadata, '169.254.169.254', 'public-ipv4'],
    ['Alibaba Cloud', startFakeAlibabaMetadata, '100.100.100.200', 'eipv4'],
  ])('on %s, by its token alone', async (_cloud, start, host, item) => {
    const fake = await start({ host, port: 80 });
    onTestFinished(() => fake.close());
    fake.items.set(item, '198.51.100.7');
    fake.tags = new Map([['CertDomains', 'a.example, b.example']]);
    const { code, stdout } = await certd.command(...words);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `account: { agree_tos: true }
certificates:
  - domains: [a.example, b.example, "198.51.100.7"]
    profile: shortlived
    challenge: { webroot: /srv }
`,
    });
    expect(fake.requests).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/tags/instance/CertDomains',
      `GET /latest/meta-data/${item}`,
    ]);
  });

  test('where tags are not switched on for the instance, says how', async () => {
    const fake = await startFakeEc2Metadata({ host: '169.254.169.254', port: 80 });
    onTestFinished(() => fake.close());
    expect(await certd.command(...words)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'certd: metadata-refused: the metadata of this instance has no tag CertDomains with names in it: set it, and let the metadata show tags (InstanceMetadataTags=enabled on Amazon EC2)\n',
    });
  });

  test('outside a cloud, names both places', async () => {
    expect(await certd.command(...words)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'certd: metadata-unreachable: no cloud says what this instance is: the metadata service of Amazon EC2 (169.254.169.254): ECONNREFUSED; the metadata service of Alibaba Cloud (100.100.100.200): ECONNREFUSED\n',
    });
  });
});
