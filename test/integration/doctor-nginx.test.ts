import { existsSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { serverChecks } from '../support/server-checks.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'doctor.certd.test';

type Found = {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly cure: string;
};

describe('certd doctor on a host with an nginx', () => {
  let stack: Stack;
  let certd: CertdProcess;
  let live: string;
  beforeAll(async () => {
    stack = await startStack();
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    live = certd.liveDir(domain);
    await waitUntil('the first certificate is live', () => (existsSync(live) ? true : null));
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  const site = (certificate: string, key: string) =>
    writeFile(
      join(stack.nginx.sitesDir, 'site.conf'),
      `server {
  listen 127.0.0.1:${stack.nginx.httpsPort} ssl;
  server_name ${domain};
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
}
`,
    );

  const doctor = async (): Promise<{ code: number; bad: readonly Found[] }> => {
    const { code, stdout } = await certd.command('doctor', '--offline', '--json');
    const { findings } = JSON.parse(stdout);
    const isOfServers = ({ check }: Found) => serverChecks.has(check);
    return { code, bad: findings.filter(isOfServers).filter(({ status }: Found) => status !== 'ok') };
  };

  test('names a certificate that no server uses', async () => {
    const { code, bad } = await doctor();
    expect(bad).toMatchObject([{ check: 'certificate-used', status: 'warning', subject: domain }]);
    expect(code).toBe(1);
  });

  test('names a leaf without its chain, with the path to write', async () => {
    await site(join(live, 'cert.pem'), join(live, 'privkey.pem'));
    const { code, bad } = await doctor();
    expect(code).toBe(2);
    expect(bad[0]).toMatchObject({
      check: 'leaf-only',
      status: 'critical',
      subject: `nginx ${join(stack.nginx.sitesDir, 'site.conf')}:1 (${domain})`,
      cure: `Write ${join(live, 'fullchain.pem')} in its place.`,
    });
  });

  test('names a path that no renewal will change', async () => {
    const id = basename(readlinkSync(live));
    const deployed = join(certd.stateDir, 'deployed', domain, id);
    await site(join(deployed, 'fullchain.pem'), join(deployed, 'privkey.pem'));
    expect((await doctor()).bad[0]).toMatchObject({
      check: 'pinned-generation',
      status: 'warning',
      cure: `Write ${join(live, 'fullchain.pem')} in its place.`,
    });
  });

  test('names a site with the certificate of somebody else', async () => {
    const other = join(stack.dir, 'other');
    await writeGeneration(other, await makePair({ domains: [domain] }));
    await site(join(other, 'fullchain.pem'), join(other, 'privkey.pem'));
    expect((await doctor()).bad.map(({ check, status }) => [check, status])).toEqual([
      ['site-elsewhere', 'warning'],
      ['certificate-used', 'warning'],
    ]);
  });

  test('says in nginx’s own words why its configuration cannot be read, and calls nothing good', async () => {
    await site(join(live, 'no-such-file.pem'), join(live, 'privkey.pem'));
    const { bad } = await doctor();
    expect(bad).toMatchObject([
      { check: 'server-config', status: 'unknown', subject: 'nginx' },
      { check: 'certificate-used', status: 'unknown' },
    ]);
    expect(bad[0]?.message).toContain('no-such-file.pem');
  });

  test('gives the line that declares the endpoint, and is content once all is mended', async () => {
    await site(join(live, 'fullchain.pem'), join(live, 'privkey.pem'));
    const line = `{ connect: "127.0.0.1:${stack.nginx.httpsPort}", server_name: ${domain} }`;
    const { code, bad } = await doctor();
    expect(bad).toMatchObject([{ check: 'endpoint-declared', status: 'warning' }]);
    expect(bad[0]?.cure).toContain(line);
    expect(code).toBe(1);

    const written = nginxConfig(stack, [domain]);
    await certd.configure(written.replace('deploy: {', `deploy: { verify: [${line}],`));
    expect((await doctor()).bad).toEqual([]);
    const { stdout } = await certd.command('doctor', '--offline');
    expect(stdout).toContain(`OK certificate-used: ${domain}: is used by nginx`);
    expect(stdout).toContain('OK clock-right: clock: ');
    expect(stdout).toMatch(/^host: .* memory available, up /m);
  });
});
