import { expect, test } from 'vitest';
import { execForm, readContainerfile } from '../support/ready-made/containerfile.ts';
import { mountsOf, readService, readTaskDefinition } from '../support/ready-made/ecs.ts';
import { readText } from '../support/source-tree.ts';

const instructions = readContainerfile();
const certd = readTaskDefinition('ecs-task-definition.json');
const [container] = certd.containerDefinitions;
const version = JSON.parse(readText('package.json')).version;

test('the image is made of the package of this version', () => {
  const added = instructions.filter(({ keyword }) => keyword === 'ADD').map(({ rest }) => rest);
  expect(added).toEqual([`certd-${version}-linux-x64.tar.xz /opt/`]);
  expect(container.image).toMatch(new RegExp(`/certd:${version}$`));
  const arm = readContainerfile({ PLATFORM: 'arm64' }).filter(({ keyword }) => keyword === 'ADD');
  expect(arm.map(({ rest }) => rest)).toEqual([`certd-${version}-linux-arm64.tar.xz /opt/`]);
});

test('an engine asks for health as Amazon ECS does, which does not read what the image says of it', () => {
  const [kind, ...command] = container.healthCheck?.command ?? [];
  expect(kind).toBe('CMD');
  expect(command).toEqual(execForm(instructions, 'HEALTHCHECK'));
});

test('there is one certd on an instance at any time, for it holds port 80 and its state', () => {
  expect(readService('ecs-service.json')).toMatchObject({
    taskDefinition: certd.family,
    deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
  });
});

test('certd can write its state and its runtime directory, and nothing else', () => {
  expect(container.readonlyRootFilesystem).toBe(true);
  expect(
    mountsOf(certd)
      .filter(({ readOnly }) => !readOnly)
      .map(each => each.container),
  ).toEqual(['/var/lib/certd']);
  expect(container.linuxParameters?.tmpfs.map(({ containerPath }) => containerPath)).toEqual([
    '/run/certd',
    '/tmp',
  ]);
});

test('a web server sees live/ and what its links lead to, at the paths of the host, and can change neither', () => {
  expect(mountsOf(readTaskDefinition('ecs-web-task-definition.json'))).toEqual([
    { host: '/var/lib/certd/live', container: '/var/lib/certd/live', readOnly: true },
    { host: '/var/lib/certd/deployed', container: '/var/lib/certd/deployed', readOnly: true },
  ]);
});

test('the key of an external account binding comes as a secret, under the name that the entry point takes', () => {
  expect(container.secrets?.map(({ name }) => name)).toEqual(['CERTD_EAB_HMAC']);
  expect(readText('deploy/container/entrypoint.sh')).toContain('CERTD_EAB_HMAC');
});
