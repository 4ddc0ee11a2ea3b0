import { describeEveryStop } from '../support/every-stop.ts';

describeEveryStop('a first certificate', async () => ({ orders: 0, before: null }));
