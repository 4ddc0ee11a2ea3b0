import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nginxConfig, startAgain, startCertd } from '../support/certd-process.ts';
import { listenAndSayNothing } from '../support/silent-server.ts';
import { startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

it('a real order runs between before and after, and the deploy hook behind both', async () => {
  const stack = await startStack();
  onTestFinished(stack.stop);
  const log = join(stack.dir, 'ran');
  const note = (word: string) => `{ shell: "echo ${word} $RENEWED_DOMAINS >>${log}" }`;
  const config = nginxConfig(stack, ['attempt.certd.test']).replace(
    /hooks: \[.*\]/,
    `hooks: [${note('deploy')}]`,
  );
  const certd = await startCertd(
    join(stack.dir, 'attempt'),
    `${config}    attempt: { before: [${note('before')}], after: [${note('after')}] }\n`,
  );
  await waitUntil('the deploy hook has run', () => linesOf(log).length === 3 || null, 30_000);
  expect(linesOf(log)).toEqual(['before', 'after attempt.certd.test', 'deploy attempt.certd.test']);
  const renewed = await certd.command('renew');
  expect(renewed.code).toBe(0);
  expect(linesOf(log)).toHaveLength(3);
  await certd.stop();
});

it('after runs at the next start where certd was killed in the middle, and on SIGTERM at once', async () => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'certd-attempt-')));
  onTestFinished(() => rm(dir, { recursive: true }));
  const log = join(dir, 'ran');
  const ca = await listenAndSayNothing();
  onTestFinished(ca.close);
  const certd = await startCertd(
    dir,
    `account: { agree_tos: true }
ca: silent
cas: { silent: { directory: "https://127.0.0.1:${ca.port}/dir" } }
certificates:
  - domains: [silent.certd.test]
    challenge: { webroot: ${dir} }
    attempt: { before: [{ shell: "echo before >>${log}" }], after: [{ shell: "echo after >>${log}" }] }
`,
  );
  const ran = (count: number) =>
    waitUntil(`${count} commands have run`, () => linesOf(log).length === count || null, 30_000);
  await ran(1);
  await certd.process.stop('SIGKILL');
  expect(linesOf(log)).toEqual(['before']);
  const again = await startAgain(certd);
  await ran(2);
  expect(linesOf(log)).toEqual(['before', 'after']);
  const asked = again.command('renew', 'silent.certd.test');
  await ran(3);
  await again.stop();
  await asked;
  expect(linesOf(log)).toEqual(['before', 'after', 'before', 'after']);
});

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}
