import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeArm64Run } from '../support/arm64-package.ts';
import { builtPackage } from '../support/built-package.ts';
import { nginxConfig } from '../support/certd-process.ts';
import { startNotifyReceiver } from '../support/notify-receiver.ts';
import { debContent, tarContent } from '../support/package-content.ts';
import { startProcess, withLog } from '../support/run-process.ts';
import { readText } from '../support/source-tree.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const version: string = JSON.parse(readText('package.json')).version;
const native = 'node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node';
const domain = 'arm64.certd.test';
/** In ms. QEMU takes about ten times as long as an ARM64 machine. */
const slowly = 240_000;

let dir = '';
let deb = '';
let tar = '';
let stack: Stack | undefined;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-arm64-'));
  deb = debContent(builtPackage('deb', 'arm64'), join(dir, 'deb')).prefix;
  tar = tarContent(builtPackage('tar', 'arm64'), join(dir, 'tar')).prefix;
  for (const prefix of [deb, tar]) makeArm64Run(prefix);
}, 600_000);

afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true });
});

test('certd of the deb for ARM64 runs where the package puts it', () => {
  const inside =
    'mount -t overlay -o "lowerdir=$1:/usr" overlay /usr; exec env -i PATH=/usr/bin certd --version';
  const words = ['--mount', 'sh', '-ec', inside, 'sh', deb];
  expect(execFileSync('unshare', words, { encoding: 'utf8' })).toBe(`certd ${version}\n`);
});

test('certd of the tarball for ARM64 takes a good configuration, and says what is wrong in a bad one', async () => {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, configuration);
  expect(await certd('check-config', '--config', file)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/config\.yaml: ok, 1 certificate\n/),
    stderr: '',
  });
  writeFileSync(file, configuration.replace('domains', 'domians'));
  expect(await certd('check-config', '--config', file)).toEqual({
    code: 78,
    stdout: '',
    stderr: `${file}:3:5: config-unknown-key: there is no key \`domians\` here; did you mean \`domains\`?\n`,
  });
});

test('it completes commands as it does on other machines', async () => {
  const shipped = readFileSync(join(tar, 'share/bash-completion/completions/certd'), 'utf8');
  expect(await certd('completion', 'bash')).toEqual({ code: 0, stdout: shipped, stderr: '' });
});

test('it tells systemd that it is ready, by its own native library, and obtains a certificate', async () => {
  stack = await startStack();
  const room = join(stack.dir, 'certd');
  const live = join(room, 'state/live', domain);
  const { messages } = await startNotifyReceiver(join(stack.dir, 'notify'));
  const { daemon, flags } = await startDaemon(room, stack, { NOTIFY_SOCKET: join(stack.dir, 'notify') });
  const told = (what: string) =>
    waitUntil(
      `certd has told ${what}`,
      () => (messages.some(message => message.startsWith(what)) ? true : null),
      slowly,
    ).catch((thrown: unknown) => {
      throw withLog(String(thrown), daemon);
    });
  await told('STATUS=OK: 1 certificate');
  expect(messages[0]).toBe(`READY=1\nSTATUS=CRITICAL: 1 of 1 certificate critical: ${domain} (not-issued)`);
  expect(readFileSync(`/proc/${daemon.pid}/maps`, 'utf8')).toContain(`${tar}/lib/certd/${native}`);
  expect(readdirSync(live).map(name => [name, statSync(join(live, name)).mode & 0o777])).toEqual(
    ['cert.pem', 'chain.pem', 'fullchain.pem', 'privkey.pem'].map(name => [name, 0o400]),
  );
  expect(await certd('status', '--short', ...flags)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^OK: 1 certificate/),
    stderr: '',
  });
  process.kill(daemon.pid, 'SIGTERM');
  await told('STOPPING=1');
  expect(await daemon.exit).toBe(0);
}, 600_000);

const configuration = `account: { email: ops@certd.test, agree_tos: true }
certificates:
  - domains: [${domain}]
    challenge: { webroot: /var/www/certd }
`;

function certd(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { env: { PATH: '/usr/bin:/bin' }, timeout: slowly, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    execFile(join(tar, 'bin/certd'), words, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}

async function startDaemon(room: string, ca: Stack, env: Readonly<Record<string, string>>) {
  await mkdir(room);
  const config = join(room, 'config.yaml');
  writeFileSync(config, nginxConfig(ca, [domain]));
  const flags = ['--config', config, '--state-dir', join(room, 'state'), '--runtime-dir', join(room, 'run')];
  const daemon = await startProcess({
    name: 'certd run',
    argv: [join(tar, 'bin/certd'), 'run', ...flags],
    env,
    logFile: join(room, 'certd.log'),
  });
  onTestFinished(() => daemon.stop('SIGKILL'));
  return { daemon, flags };
}
