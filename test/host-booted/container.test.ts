import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaOutside, startCaOutside } from '../support/booted/ca-outside.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { type StillHost, startStillHost } from '../support/booted/still-host.ts';
import { config, placeCa } from '../support/booted/unit-host.ts';
import { builtPackage } from '../support/built-package.ts';
import {
  buildImage,
  type Container,
  filesByName,
  startTask,
  usualCommand,
} from '../support/ready-made/container.ts';
import { execForm, readContainerfile } from '../support/ready-made/containerfile.ts';
import { readTaskDefinition } from '../support/ready-made/ecs.ts';
import { root } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'www.certd.test';
/** The public example of Pebble's documentation. */
const key = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
const instructions = readContainerfile();
const task = readTaskDefinition('ecs-task-definition.json');
const health = execForm(instructions, 'HEALTHCHECK');
let ca: CaOutside;
let host: StillHost;
let container: Container;

beforeAll(async () => {
  ca = await startCaOutside(undefined, { 'kid-1': key });
  host = await startStillHost(image => {
    placeCa(join(image, 'instance'), ca);
    placeFile(image, '/etc/resolv.conf', 'nameserver 127.0.0.1\n');
    placeFile(image, '/instance/etc/certd/config.yaml', configuration());
    placeFile(image, '/instance/var/lib/certd/.here', '');
    for (const each of ['etc/certd', 'var/lib/certd/live', 'var/lib/certd/deployed', 'run/certd'])
      placeFile(image, `/${each}/.here`, '');
  });
  const tarball = builtPackage('tar');
  await buildImage(host, instructions, filesByName([tarball, join(root, 'deploy/container/entrypoint.sh')]));
  container = await startTask(host, task, usualCommand(instructions), { CERTD_EAB_HMAC: key });
}, 300_000);

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('the task of the example obtains a certificate with the key that came as a secret, and says that it is well', async () => {
  await waitUntil('there is a certificate', live, 30_000).catch(async thrown => {
    throw new Error(`${thrown}\n${await container.log()}`);
  });
  expect(await container.run(...health)).toMatchObject({ code: 0 });
  const environment = await ofDaemon('environ');
  expect(environment).toMatch(/(?:^|\0)PATH=/);
  expect(environment).not.toContain('CERTD_EAB_HMAC');
  expect(await container.log()).not.toContain(key);
});

test('it has one capability, and can write nothing but its state and its runtime directory', async () => {
  // NET_BIND_SERVICE is number 10 (capabilities(7)).
  expect(await ofDaemon('status')).toMatch(/^CapBnd:\t0000000000000400$/m);
  const tries = ['/etc/certd/x', '/usr/bin/x', '/opt/x', '/var/lib/certd/x', '/run/certd/x', '/tmp/x'];
  const { stdout } = await container.run(
    'sh',
    '-c',
    'for f; do (: >"$f") 2>/dev/null && echo "$f"; done',
    'sh',
    ...tries,
  );
  expect(stdout.trim().split('\n')).toEqual(['/var/lib/certd/x', '/run/certd/x', '/tmp/x']);
});

test('a web server in another task reads each new certificate by the same path, and can change none', async () => {
  const web = await startTask(host, readTaskDefinition('ecs-web-task-definition.json'), [
    'sleep',
    'infinity',
  ]);
  const path = `/var/lib/certd/live/${domain}/cert.pem`;
  const before = await web.run('cat', path);
  expect(before.stdout).toBe(live());
  expect(await container.run('certd', 'renew', domain, '--force')).toMatchObject({ code: 0 });
  expect((await web.run('cat', path)).stdout).toBe(live());
  expect(live()).not.toBe(before.stdout);
  expect((await web.run('rm', path)).stderr).toMatch(/Read-only file system/);
  await web.stop('KILL');
});

test('what a hook leaves behind is buried by process 1', async () => {
  const { stdout } = await container.run('sh', '-c', 'cat /proc/1/comm');
  expect(stdout).toBe('tini\n');
  await untilOrphansEnded();
  expect(await zombies()).toBe(0);
});

test('it ends at once when it is told to, having said so', async () => {
  expect(await container.stop('TERM')).toBe(0);
  expect(await container.log()).toMatch(/"msg":"certd stops"/);
});

test('without tini the dead would stay', async () => {
  const [, , ...command] = usualCommand(instructions);
  container = await startTask(host, task, command, { CERTD_EAB_HMAC: key });
  await waitUntil('certd is up', async () => ((await container.run(...health)).code === 0 ? true : null));
  expect(await container.run('certd', 'renew', domain, '--force')).toMatchObject({ code: 0 });
  await untilOrphansEnded();
  expect(await zombies()).toBeGreaterThan(0);
  expect(await container.stop('TERM')).toBe(0);
});

function live(): string | null {
  try {
    return readFileSync(host.at(`/instance/var/lib/certd/live/${domain}/cert.pem`), 'utf8');
  } catch {
    return null;
  }
}

/** A file of /proc about the process that said that it has started. */
async function ofDaemon(file: string): Promise<string> {
  const pid = /"pid":(\d+),"msg":"certd started"/.exec(await container.log())?.[1];
  return (await container.run('cat', `/proc/${pid}/${file}`)).stdout;
}

/** Each of the hooks leaves a process behind that ends a moment later, in a session of its own. */
async function untilOrphansEnded(): Promise<void> {
  await waitUntil('the orphans have ended', async () => {
    const { stdout } = await container.run(
      'sh',
      '-c',
      'grep -l "^State:.[RSD]" /proc/[0-9]*/status | xargs grep -h "^Name:"',
    );
    return stdout.includes('sleep') ? null : true;
  });
}

async function zombies(): Promise<number> {
  const { stdout } = await container.run(
    'sh',
    '-c',
    'cat /proc/[0-9]*/status 2>/dev/null | grep -c "^State:.Z" || :',
  );
  return Number(stdout);
}

function configuration(): string {
  const challenge = '{ standalone: { listen: ["0.0.0.0:80"] } }';
  const deploy = '{ hooks: [{ shell: "setsid sleep 0.3 >/dev/null 2>&1 &" }] }';
  const certificate = `{ domains: [${domain}], challenge: ${challenge}, deploy: ${deploy} }`;
  return config(ca, `[${certificate}]`, '{ kid: kid-1, hmac_key_file: /run/certd/eab.hmac }');
}
