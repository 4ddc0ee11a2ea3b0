import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lookAtLabels } from '../../../src/doctor/webroots/look-at-labels.ts';
import { makeTools } from '../../support/make-tools.ts';

const label = 'system_u:system_r:httpd_t:s0';

/** A kernel that enforces SELinux, on which nginx has port 80 with a process of each label, and a webroot. */
async function makeHost(labels: readonly string[]) {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'certd-labels-')));
  onTestFinished(() => rm(top, { recursive: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), text);
  };
  await write('selinuxfs/enforce', '1');
  const row = '0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 500 1 0 100 0 0 10 0';
  await write('proc/net/tcp', `head\n${row}\n`);
  for (const [index, text] of labels.entries()) {
    const pid = `proc/${index + 7}`;
    await write(`${pid}/comm`, 'nginx\n');
    await write(`${pid}/attr/current`, `${text}\0`);
    await mkdir(join(top, pid, 'fd'));
    await symlink('socket:[500]', join(top, pid, 'fd/3'));
  }
  const webroot = join(top, 'webroot');
  await mkdir(webroot);
  const kernel = { selinuxfs: join(top, 'selinuxfs'), proc: join(top, 'proc') };
  const reader = { webroot, server: 'nginx', directory: `${webroot}/.well-known/acme-challenge` } as const;
  return { kernel, reader, write };
}

/** With a stat that gives every path the same label. */
const labelled = makeTools({
  installed: ['stat'],
  run: async argv => ({ failed: null, stdout: 'u:r:data_t:s0\n'.repeat(argv.length - 3), stderr: '' }),
});

it('without SELinux there is no finding, and nothing is looked at', async () => {
  const { kernel, reader } = await makeHost([label]);
  expect(await lookAtLabels([reader], makeTools(), { ...kernel, selinuxfs: '/proc/none' })).toEqual([]);
});

it('a webroot is asked for once, and a kernel that does not answer leaves it unknown', async () => {
  const { kernel, reader } = await makeHost([label, label]);
  expect(await lookAtLabels([reader, { ...reader }], labelled, kernel)).toMatchObject([
    {
      status: 'unknown',
      subject: reader.webroot,
      message: `the kernel does not say what nginx (${label}) may do with u:r:data_t:s0`,
    },
  ]);
});

it('a server that does not run, or runs with several labels or an odd one, is unknown', async () => {
  for (const labels of [[], [label, 'u:r:container_t:s0'], [label, 'unconfined'], ['unconfined']]) {
    const { kernel, reader } = await makeHost(labels);
    expect(await lookAtLabels([reader], labelled, kernel), labels.join()).toMatchObject([
      { status: 'unknown', message: 'nginx does not run, or its label cannot be read' },
    ]);
  }
});

it('another server that has the port is not the one that is asked about', async () => {
  const { kernel, reader } = await makeHost([label]);
  const [finding] = await lookAtLabels([{ ...reader, server: 'apache' }], labelled, kernel);
  expect(finding?.message).toBe('apache does not run, or its label cannot be read');
});

it('a webroot that is not there, or whose labels are not, is unknown', async () => {
  const { kernel, reader } = await makeHost([label]);
  const none = { ...reader, webroot: '/proc/none', directory: '/proc/none/.well-known/acme-challenge' };
  const message = 'it is not there, or a label on the way to it cannot be read';
  expect(await lookAtLabels([none], labelled, kernel)).toMatchObject([{ status: 'unknown', message }]);
  expect(await lookAtLabels([reader], makeTools(), kernel)).toMatchObject([{ status: 'unknown', message }]);
});

it('a mode that is none is unknown', async () => {
  const { kernel, reader, write } = await makeHost([label]);
  await write('selinuxfs/enforce', 'perhaps');
  expect(await lookAtLabels([reader], labelled, kernel)).toMatchObject([
    { status: 'unknown', message: 'the kernel does not say whether SELinux is enforced' },
  ]);
});
