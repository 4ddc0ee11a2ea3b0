import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BootedHost, bootHost } from '../support/booted/booted-host.ts';
import { type CaOutside, startCaOutside } from '../support/booted/ca-outside.ts';
import { placeFile } from '../support/booted/place-certd.ts';
import { config, nginxConfig, placeCa } from '../support/booted/unit-host.ts';
import { builtPackage } from '../support/built-package.ts';
import { runDocument } from '../support/ready-made/ssm-agent.ts';
import { shippedSsmDocument } from '../support/ready-made/ssm-document.ts';
import { readText } from '../support/source-tree.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'www.certd.test';
/** The public example of Pebble's documentation. */
const key = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
const document = shippedSsmDocument();
const wished = {
  Package: 's3://packages/certd/certd.deb',
  ConfigParameter: '/certd/config.yaml',
  EabParameter: '/certd/eab',
};
let parameters: Record<string, string>;
let ca: CaOutside;
let host: BootedHost;

beforeAll(async () => {
  const deb = builtPackage('deb');
  parameters = { ...wished, Sha256: createHash('sha256').update(readFileSync(deb)).digest('hex') };
  ca = await startCaOutside(undefined, { 'kid-1': key });
  host = await bootHost(root => {
    placeCa(root, ca);
    placeFile(root, '/etc/nginx/nginx.conf', nginxConfig);
    placeFile(root, '/usr/bin/aws', readText('test/support/ready-made/fake-aws.sh'), 0o755);
    placeFile(root, '/srv/fake-aws/parameters/certd/config.yaml', configuration());
    placeFile(root, '/srv/fake-aws/parameters/certd/eab', key);
    const bucket = join(root, 'srv/fake-aws/s3/packages/certd');
    mkdirSync(bucket, { recursive: true });
    copyFileSync(deb, join(bucket, 'certd.deb'));
  });
}, 300_000);

afterAll(async () => {
  await host?.stop();
  await ca?.stop();
});

test('an agent that is too old changes nothing, and says what to do', async () => {
  expect(await runDocument(host, document, parameters, 'older')).toEqual({
    code: 71,
    stdout: '',
    stderr:
      'certd: the SSM Agent of this host is older than 3.3.2746.0: run the document AWS-UpdateSSMAgent here, then this one again; nothing was changed\n',
  });
  expect(existsSync(host.at('/srv/fake-aws/calls'))).toBe(false);
});

test('a host that has no configuration and gets none has the package, and is no success', async () => {
  const { Package, Sha256 } = parameters;
  const outcome = await runDocument(host, document, { Package, Sha256 } as Record<string, string>);
  expect(outcome).toMatchObject({ code: 78, stdout: expect.stringMatching(/^UNKNOWN: .*\n$/) });
  expect(outcome.stderr).toMatch(
    /certd: certd is installed, and this host has no configuration: give Domains or ConfigParameter\n$/,
  );
  expect(existsSync(host.at('/usr/bin/certd'))).toBe(true);
});

test('the document installs certd with a configuration and a key from Parameter Store', async () => {
  const begin = performance.now();
  const outcome = await runDocument(host, document, parameters);
  expect(outcome, outcome.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^(?:OK|WARNING|CRITICAL|UNKNOWN): .*\n$/),
  });
  console.log(`the SSM document took ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  await waitUntil('there is a certificate', () =>
    existsSync(host.at(`/var/lib/certd/live/${domain}/cert.pem`)) ? true : null,
  );
  const { mode, uid, gid } = statSync(host.at('/etc/certd/eab.hmac'));
  const group = Number(await host.succeed('sh', '-c', 'getent group certd | cut -d: -f3'));
  expect({ mode: mode & 0o7777, uid, gid }).toEqual({ mode: 0o640, uid: 0, gid: group });
  const said = `${outcome.stderr}${outcome.stdout}${readFileSync(host.at('/srv/fake-aws/calls'), 'utf8')}`;
  expect(said).not.toContain(key);
});

test('a second time it restarts nothing, and leaves nothing behind', async () => {
  const pid = () => host.succeed('systemctl', 'show', '--value', '--property=MainPID', 'certd');
  const before = await pid();
  expect(await runDocument(host, document, parameters)).toMatchObject({ code: 0 });
  expect(await pid()).toBe(before);
  expect(await host.succeed('ls', '/tmp')).not.toMatch(/^(?:tmp\.|certd)/m);
});

test('a role that may not read the key is told so, and nothing is changed', async () => {
  const outcome = await runDocument(host, document, { ...parameters, EabParameter: '/certd/another' });
  expect(outcome).toMatchObject({ code: 69, stdout: '' });
  expect(outcome.stderr).toMatch(
    /ParameterNotFound.*\ncertd: Parameter Store gave no \/certd\/another \(see above\)/,
  );
  expect(readFileSync(host.at('/etc/certd/eab.hmac'), 'utf8')).toBe(`${key}\n`);
});

function configuration(): string {
  const certificate = `{ domains: [${domain}], challenge: { webroot: /var/www/certd } }`;
  return config(ca, `[${certificate}]`, '{ kid: kid-1, hmac_key_file: /etc/certd/eab.hmac }');
}
