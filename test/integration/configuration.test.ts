import { existsSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'configured.certd.test';

/** Everything here differs from its default, so that a value that is not obeyed shows. */
describe('a configuration without a default', () => {
  let stack: Stack;
  let certd: CertdProcess;
  let socket: string;
  beforeAll(async () => {
    stack = await startStack({ ports: { http: 8080, https: 8443 } });
    socket = join(stack.dir, 'other.sock');
    const rest = `schedule: "* * * * * *"
health: { socket: ${socket}, mode: "0600" }
thresholds: { warning: 100%, critical: 1% }
log: { level: warn }
`;
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]) + rest, {
      ownLevel: true,
    });
    await waitUntil('the first certificate is live', () => (existsSync(certd.liveDir(domain)) ? true : null));
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  test('has its health socket where and with the mode that it says, and status finds it', async () => {
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    // So that `status` finds it also where the configuration cannot be read.
    expect(readlinkSync(join(certd.runtimeDir, 'health.sock'))).toBe(socket);
    expect(JSON.parse((await certd.command('status', '--json')).stdout)).toMatchObject({ source: 'daemon' });
  });

  test('warns by its own thresholds', async () => {
    const { code, stdout } = await certd.command('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).certificates[0].problems).toMatchObject([{ code: 'renewal-late' }]);
  });

  test('checks the challenge on the port that the CA validates on, and logs nothing below its level', () => {
    expect(certd.process.log()).toBe('');
  });

  test('looks at the ticks of its schedule: a live link that was removed is back within seconds', async () => {
    // Twice, because the first time could fall on a full minute, which is the default.
    for (const time of ['first', 'second']) {
      rmSync(certd.liveDir(domain));
      await waitUntil(`the link is back the ${time} time`, () =>
        existsSync(certd.liveDir(domain)) ? true : null,
      );
    }
  });
});
