import { type FakeMetadata, startFakeMetadata } from './fake-metadata.ts';

/** An instance of Amazon EC2 with `HttpTokens=required`, one interface, and no tags in its metadata. */
export async function startFakeEc2Metadata(at: { host?: string; port?: number } = {}): Promise<FakeMetadata> {
  const fake = await startFakeMetadata(
    {
      tokenHeader: 'x-aws-ec2-metadata-token',
      withoutToken: 401,
      notFound: '<?xml version="1.0" encoding="iso-8859-1"?><html><h1>404 - Not Found</h1></html>',
    },
    at,
  );
  const mac = '0e:49:61:0f:c3:11';
  fake.items.set('instance-id', 'i-0123456789abcdef0').set('mac', mac);
  fake.items.set(`network/interfaces/macs/${mac}/mac`, mac);
  return fake;
}
