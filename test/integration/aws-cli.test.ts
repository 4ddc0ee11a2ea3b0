import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeAws, startFakeAws } from '../support/aws/fake-aws.ts';
import { placeAwsCli } from '../support/aws/place-aws-cli.ts';
import { readText, root } from '../support/source-tree.ts';

const dir = mkdtempSync(join(tmpdir(), 'certd-aws-'));
const deploy = join(dir, 'deploy');
const stores = join(dir, 'stores');
const parameters = { '/certd/eab': 'a-key', '/certd/config.yaml': 'version: 1\ncertificates:\n  - {}' };
let aws: FakeAws;
/** What PATH has in front, for the CLI itself and for the one that stands for it on booted hosts. */
let paths: Record<'real' | 'fake', string>;

beforeAll(async () => {
  const bucket = join(stores, 's3/packages');
  mkdirSync(bucket, { recursive: true });
  writeFileSync(join(bucket, 'certd.deb'), 'a package');
  for (const [name, value] of Object.entries(parameters)) {
    mkdirSync(join(stores, 'parameters/certd'), { recursive: true });
    writeFileSync(join(stores, 'parameters', name), value);
  }
  aws = await startFakeAws(join(stores, 's3'), new Map(Object.entries(parameters)));
  const fake = join(dir, 'fake');
  mkdirSync(fake);
  writeFileSync(join(fake, 'aws'), readText('test/support/ready-made/fake-aws.sh'), { mode: 0o755 });
  paths = { real: placeAwsCli(dir, aws.url), fake };
  cpSync(join(root, 'deploy'), deploy, { recursive: true });
  for (const name of readdirSync(join(deploy, 'container'))) {
    const file = join(deploy, 'container', name);
    copyFileSync(file, `${file}.as-shipped`);
    writeFileSync(file, filled(readFileSync(file, 'utf8')));
  }
});

afterAll(async () => {
  await aws?.close();
  rmSync(dir, { recursive: true });
});

const asked = (operation: string) =>
  aws.calls.filter(call => call.operation === operation).map(({ input }) => input);

const commands = [...readText('deploy/README.md').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  .map(([, script = '']) => script)
  .filter(script => /^aws /m.test(script));

test('every command of AWS in deploy/README.md is taken, once it is filled in', async () => {
  for (const script of commands) expect(await run('real', filled(script))).toMatchObject({ code: 0 });
  const order = {
    Targets: [{ Key: 'tag:Role', Values: ['webserver'] }],
    MaxConcurrency: '10%',
    MaxErrors: '2',
    Parameters: {
      Package: ['https://packages.example.com/certd.deb'],
      Sha256: ['0'.repeat(64)],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the host puts its own tag in its place
      Domains: ['${tag:CertDomains}'],
      Email: ['ops@example.com'],
      AgreeTos: ['yes'],
      Webroot: ['/var/www/certd'],
      Hook: ['systemctl reload nginx'],
    },
  };
  expect(asked('CreateDocument')).toEqual([
    {
      Name: 'certd-install',
      DocumentType: 'Command',
      DocumentFormat: 'YAML',
      Content: readText('deploy/ssm/certd-install.yaml'),
    },
  ]);
  expect(asked('SendCommand')).toEqual([{ DocumentName: 'certd-install', ...order }]);
  expect(asked('CreateAssociation')).toEqual([
    { Name: 'certd-install', ScheduleExpression: 'rate(1 day)', ...order },
  ]);
  const userData = readText('deploy/cloud-init/cloud-config.yaml');
  expect(asked('RunInstances')).toMatchObject([
    { UserData: Buffer.from(userData).toString('base64'), 'IamInstanceProfile.Name': 'web' },
  ]);
  expect(asked('RegisterTaskDefinition')).toEqual([container('ecs-task-definition.json')]);
  expect(asked('CreateService')).toEqual([container('ecs-service.json')]);
});

const register = (file: string) =>
  `aws ecs register-task-definition --cli-input-json 'file://container/${file}'`;

test('the task that reads the certificates is taken as well', async () => {
  expect(await run('real', register('ecs-web-task-definition.json'))).toMatchObject({ code: 0 });
  expect(asked('RegisterTaskDefinition')).toContainEqual(container('ecs-web-task-definition.json'));
});

test('a place that was not filled in is refused', async () => {
  const task = await run('real', register('ecs-task-definition.json.as-shipped'));
  expect(task).toMatchObject({ code: 254, stderr: expect.stringContaining('Role is not valid') });
  const [, send = ''] = (commands[0] ?? '').split(/^(?=aws ssm send-command)/m);
  const sent = await run('real', send);
  expect(sent).toMatchObject({ code: 254, stderr: expect.stringContaining('Package cannot be PACKAGE_URL') });
});

test.each([
  ['a key that a task definition does not have', '"mountPoints"', '"mountpoints"', 252, 'Unknown parameter'],
  ['a value of another type', '"memory": 128', '"memory": "128"', 252, 'Invalid type'],
  [
    'a value that is none of the allowed ones',
    '"networkMode": "host"',
    '"networkMode": "hosts"',
    254,
    'enum value set',
  ],
])('%s is refused', async (_, right, wrong, code, words) => {
  const json = JSON.stringify(container('ecs-web-task-definition.json'), null, 1);
  expect(json).toContain(right);
  writeFileSync(join(deploy, 'container/wrong.json'), json.replace(right, wrong));
  const outcome = await run('real', register('wrong.json'));
  expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(words) });
});

/** What the ready-made files do on an instance. It prints what they got. */
const fetching = `
fail() { echo "$2" >&2; exit "$1"; }
work=$PWD region=eu-central-1 CERTD_PACKAGE=s3://packages/certd.deb
. '${join(root, 'deploy/parts/from-aws.sh')}'
`;

test.each(['real', 'fake'] as const)(
  'an instance gets a package, a configuration and a key (%s CLI)',
  async cli => {
    const script = `${fetching}
CERTD_CONFIG_PARAMETER=/certd/config.yaml
get_from_aws
parameter /certd/eab eab
cat "$CERTD_PACKAGE" "$CERTD_CONFIG" eab`;
    const stdout = `a package${parameters['/certd/config.yaml']}\n${parameters['/certd/eab']}\n`;
    expect(await run(cli, script)).toEqual({ code: 0, stdout, stderr: '' });
  },
);

test.each([
  ['a parameter that is not there', 'parameter /certd/other other', 69, '(ParameterNotFound)'],
  ['a package that is not there', 'CERTD_PACKAGE=s3://packages/other.deb; get_from_aws', 69, '(404)'],
  ['no region', 'region=; parameter /certd/eab eab', 69, 'You must specify a region'],
])('%s is said by both alike', async (_, script, code, words) => {
  for (const cli of ['real', 'fake'] as const) {
    const outcome = await run(cli, `${fetching}${script}`);
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) });
  }
});

/** In a copy of deploy/. */
async function run(cli: 'real' | 'fake', script: string) {
  // The ready-made files say the region themselves. An AWS CLI that the machine has elsewhere is none of ours.
  const region = script.includes('from-aws.sh') ? {} : { AWS_DEFAULT_REGION: 'eu-central-1' };
  const env = { ...region, PATH: `${paths[cli]}:/usr/bin:/bin`, FAKE_AWS: stores };
  const child = spawn('sh', ['-euc', script], { cwd: deploy, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

function filled(written: string): string {
  const places: Readonly<Record<string, string>> = {
    PACKAGE_URL: 'https://packages.example.com/certd.deb',
    PACKAGE_SHA256: '0'.repeat(64),
    YOUR_EMAIL: 'ops@example.com',
    ACCOUNT: '123456789012',
    REGION: 'eu-central-1',
    CLUSTER: 'web',
    PROFILE: 'web',
    '…': '--image-id ami-0123456789abcdef0',
  };
  return Object.entries(places).reduce((so, [place, value]) => so.replaceAll(place, value), written);
}

function container(file: string): unknown {
  return JSON.parse(filled(readText(`deploy/container/${file}`)));
}
