import { afterEach, beforeEach } from 'vitest';
import { startFakeAlibabaMetadata } from './fake-alibaba-metadata.ts';
import { startFakeEc2Metadata } from './fake-ec2-metadata.ts';
import type { FakeMetadata } from './fake-metadata.ts';
import { listenAndSayNothing } from './silent-server.ts';

export type BothClouds = {
  ec2: FakeMetadata;
  alibaba: FakeMetadata;
  /** Takes connections and says nothing. */
  silent: Awaited<ReturnType<typeof listenAndSayNothing>>;
};

/** The metadata services of both clouds, anew for each test of a file; to be called once, at its top. */
export function bothClouds(): BothClouds {
  const clouds = {} as BothClouds;
  beforeEach(async () => {
    const [ec2, alibaba, silent] = await Promise.all([
      startFakeEc2Metadata(),
      startFakeAlibabaMetadata(),
      listenAndSayNothing(),
    ]);
    Object.assign(clouds, { ec2, alibaba, silent });
  });
  afterEach(async () => {
    clouds.silent.close();
    await Promise.all([clouds.ec2.close(), clouds.alibaba.close()]);
  });
  return clouds;
}
