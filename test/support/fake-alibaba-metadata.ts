import { type FakeMetadata, startFakeMetadata } from './fake-metadata.ts';

/** An instance of Alibaba Cloud in security hardening mode, with one interface, and no tags in its metadata. */
export async function startFakeAlibabaMetadata(
  at: { host?: string; port?: number } = {},
): Promise<FakeMetadata> {
  const fake = await startFakeMetadata(
    {
      tokenHeader: 'x-aliyun-ecs-metadata-token',
      withoutToken: 403,
      notFound: '<html><head><title>404 Not Found</title></head></html>',
    },
    at,
  );
  const mac = '00:16:3e:0f:12:34';
  fake.items.set('instance-id', 'i-bp13znx0m0me8cqu0000').set('mac', mac);
  fake.items.set(`network/interfaces/macs/${mac}/private-ipv4s`, '["192.168.0.5"]');
  return fake;
}
