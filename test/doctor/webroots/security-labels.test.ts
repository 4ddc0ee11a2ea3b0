import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { pathLabels, processLabel } from '../../../src/doctor/webroots/security-labels.ts';
import { makeTools } from '../../support/make-tools.ts';

it.each([
  ['as SELinux has it', 'system_u:system_r:httpd_t:s0\0', 'system_u:system_r:httpd_t:s0'],
  ['with categories', 'u:r:container_t:s0:c1,c1023\n', 'u:r:container_t:s0:c1,c1023'],
  ['of a policy without ranges', 'u:r:t', 'u:r:t'],
  ['of AppArmor', '/usr/sbin/nginx (enforce)\n', null],
  ['of AppArmor for what it does not confine', 'unconfined\n', null],
  ['with a space in it', 'system_u:system_r:httpd_t:s0 u:r:t:s0', null],
  ['of two lines', 'u:r:t:s0\nu:r:t:s0', null],
  ['that is endless', `u:r:t:${'a'.repeat(1001)}`, null],
  ['that is empty', '', null],
])('the label of a process, %s', async (_, text, label) => {
  const proc = await mkdtemp(join(tmpdir(), 'certd-proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  await mkdir(join(proc, '7', 'attr'), { recursive: true });
  await writeFile(join(proc, '7', 'attr', 'current'), text);
  expect(await processLabel(7, proc)).toBe(label);
});

it('a process that has ended has none', async () => {
  expect(await processLabel(7, '/proc/none')).toBeNull();
});

const said = (stdout: string, failed: string | null = null) =>
  makeTools({ installed: ['stat'], run: async () => ({ failed, stdout, stderr: '' }) });

it('paths have the labels that stat shows, in their order', async () => {
  const asked: (readonly string[])[] = [];
  const tools = makeTools({
    installed: ['stat'],
    run: async argv => {
      asked.push(argv);
      return { failed: null, stdout: 'u:r:root_t:s0\nu:r:var_t:s0\n', stderr: '' };
    },
  });
  expect(await pathLabels(['/', '/-a b'], tools)).toEqual(['u:r:root_t:s0', 'u:r:var_t:s0']);
  expect(asked).toEqual([['/usr/sbin/stat', '--format=%C', '--', '/', '/-a b']]);
});

it('without one of them there is none', async () => {
  expect(await pathLabels(['/', '/a'], said('u:r:root_t:s0\n?\n', 'exit 1'))).toBeNull();
  expect(await pathLabels(['/', '/a'], said('u:r:root_t:s0\n?\n'))).toBeNull();
  expect(await pathLabels(['/', '/a'], said('u:r:root_t:s0\nu:r:var_t:s0\n', 'exit 1'))).toBeNull();
  expect(await pathLabels(['/'], said('u:r:root_t:s0\nu:r:var_t:s0\n'))).toBeNull();
  expect(await pathLabels(['/'], makeTools())).toBeNull();
});
