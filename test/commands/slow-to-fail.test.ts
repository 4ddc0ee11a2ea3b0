import { expect, it } from 'vitest';
import { slowToFail } from '../../src/commands/slow-to-fail.ts';
import { CertdError } from '../../src/core/errors.ts';

/** A job that takes so long and ends so; what was waited for and said. */
async function run(tookMs: number, error: Error | null) {
  let now = 5000;
  const slept: number[] = [];
  const said: string[] = [];
  const pace = {
    elapsed: () => now,
    sleep: async (ms: number) => void slept.push(ms),
    say: (line: string) => void said.push(line),
  };
  const job = async () => {
    now += tookMs;
    if (error !== null) throw error;
    return 'done';
  };
  const ended = await slowToFail(job, pace).catch((thrown: unknown) => thrown);
  return { ended, slept, said };
}

it.each([
  new CertdError('config-invalid', 'x'),
  new CertdError('systemd-missing', 'x'),
  new CertdError('state-corrupt', 'x'),
])('a run that fails at once lasts a minute, and fails as it did: $code', async error => {
  expect(await run(1500, error)).toEqual({
    ended: error,
    slept: [58_500],
    said: [`certd: ${error.code}; ends in 59 s, for a request would start it again at once`],
  });
});

it('so does one with a defect', async () => {
  const defect = new TypeError('x is not a function');
  expect(await run(0, defect)).toMatchObject({ ended: defect, slept: [60_000] });
});

it.each([
  ['is done', 0, null],
  ['fails after a minute', 60_000, new CertdError('locked', 'x')],
  ['is told to stop', 0, new CertdError('stopped', 'x')],
])('one that %s ends at once', async (_sentence, tookMs, error) => {
  expect(await run(tookMs, error)).toEqual({ ended: error ?? 'done', slept: [], said: [] });
});
