import { realDisk } from '../../src/store/disk.ts';
import { describeEveryStop, withOutput } from '../support/every-stop.ts';

const day = 86_400_000;

describeEveryStop('a renewal', async host => {
  await host.start(realDisk, 'nothing', { targets: [withOutput(host)] });
  host.advance(61 * day);
  return { orders: 1, before: host.live() };
});
