import { expect, it } from 'vitest';
import { hostJson, hostLine, hostSummary } from '../../../src/doctor/host/host-summary.ts';
import { lookAtHost } from '../../../src/doctor/host/look-at-host.ts';
import { systemFacts } from '../../../src/doctor/host/system-facts.ts';
import { makeHostSummary } from '../../support/make-host-summary.ts';
import { makeTools } from '../../support/make-tools.ts';

it('is one line that a support thread can begin with', () => {
  expect(hostLine(makeHostSummary())).toBe(
    'Debian GNU/Linux 12 (bookworm), Linux 6.1.0-40-cloud-amd64 x64, virtual machine or container (KVM, Amazon EC2 t3.small), 858 MiB of 1.9 GiB memory available, up 3d, Asia/Shanghai',
  );
});

it('says what it does not know', () => {
  expect(hostLine(makeHostSummary({ os: null, system: null }))).toBe(
    'an unknown system, Linux 6.1.0-40-cloud-amd64 x64, the machine could not be asked',
  );
});

it('what a machine says of itself is one short line', () => {
  const { system } = makeHostSummary();
  if (system === null) throw new Error('the example has a machine');
  const evil = hostSummary(
    makeHostSummary({ os: 'a\u001b[2J\nb', system: { ...system, vendor: 'x'.repeat(500) } }),
  );
  expect(evil.os).toBe('a [2J b');
  expect(evil.system?.vendor).toBe('x'.repeat(60));
});

it.each([
  ['PRETTY_NAME="Amazon Linux 2023.9"\n', 'Amazon Linux 2023.9'],
  ["NAME=x\nPRETTY_NAME='Alibaba Cloud \\$ Linux'\n", 'Alibaba Cloud $ Linux'],
  ['PRETTY_NAME=Plain\n', 'Plain'],
  ['NAME=x\n', null],
])('reads the system’s name from %j', async (text, os) => {
  expect(await lookAtHost(makeTools({ files: { '/usr/lib/os-release': text } }))).toMatchObject({ os });
});

it('knows this machine, and keeps nothing that tells it from another', async () => {
  const facts = await systemFacts();
  expect(facts.memoryBytes).toBeGreaterThan(100_000_000);
  expect(facts.uptimeSeconds).toBeGreaterThan(0);
  expect(JSON.stringify(hostJson(makeHostSummary({ system: facts })))).not.toMatch(/serial|uuid|sku|mac/i);
});
