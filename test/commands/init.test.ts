import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../../src/commands/check-config.ts';
import { realDisk } from '../../src/store/disk.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { startFakeEc2Metadata } from '../support/fake-ec2-metadata.ts';
import { initRoom } from '../support/init-room.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { treeOf } from '../support/state-dir.ts';

const smallest = (webroot: string) => `account: { agree_tos: true }
certificates:
  - domains: [a.example]
    challenge: { webroot: ${webroot} }
`;

describe('certd init', () => {
  it('writes a file that check-config takes, in a directory that it makes', async () => {
    const { init, at, config, written } = initRoom();
    const before = process.umask(0o077);
    const outcome = await init().finally(() => process.umask(before));
    expect(outcome).toEqual({ code: 0, out: '', err: `${config}: written, for a.example\n` });
    expect(written()).toBe(smallest(at('www')));
    expect([statSync(config).mode & 0o7777, statSync(at('etc')).mode & 0o7777]).toEqual([0o644, 0o755]);
    expect(readdirSync(at('etc'))).toEqual(['config.yaml']);
    const told = { out: '', err: '' };
    const output = {
      out: (text: string) => {
        told.out += text;
      },
      err: (text: string) => {
        told.err += text;
      },
    };
    expect(checkConfig({ config, stateDir: at('state'), units: true }, output)).toBe(0);
    expect(told).toEqual({ out: 'certd.service\ncertd-deploy.path\ncertd-deploy.timer\n', err: '' });
  });

  it('is done where the same file is there already, and does not touch it', async () => {
    const { init, config } = initRoom();
    await init();
    const before = statSync(config, { bigint: true });
    expect(await init()).toEqual({ code: 0, out: '', err: `${config}: says so already, for a.example\n` });
    const after = statSync(config, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it.each<[string, (config: string) => void]>([
    ['another file', config => writeFileSync(config, '# mine\n')],
    ['a file that says more', config => writeFileSync(config, `${smallest('/srv')}schedule: 0 * * * *\n`)],
    ['a directory', config => mkdirSync(config)],
    ['a link to nothing', config => symlinkSync('nowhere', config)],
  ])('leaves %s, and says so', async (_sentence, make) => {
    const { init, at, config } = initRoom();
    mkdirSync(at('etc'));
    make(config);
    const before = treeOf(at('etc'));
    await expect(init({ webroot: '/srv' })).rejects.toMatchObject({
      code: 'config-exists',
      message: `${config} is there and says something else; it was left as it is. certd init --print shows what it would write`,
    });
    expect(treeOf(at('etc'))).toEqual(before);
  });

  it('is content with the same in other words, with comments', async () => {
    const { init, at, config } = initRoom();
    mkdirSync(at('etc'));
    const mine = `# mine\n${smallest('/srv').replace('[a.example]', '\n      - "a.example" # the one\n    ')}`;
    expect(mine).not.toBe(`# mine\n${smallest('/srv')}`);
    writeFileSync(config, mine);
    expect((await init({ webroot: '/srv' })).err).toContain('says so already');
    expect(readFileSync(config, 'utf8')).toBe(mine);
  });

  it('is content with a link to the same file', async () => {
    const { init, at, config } = initRoom();
    mkdirSync(at('etc'));
    writeFileSync(at('kept.yaml'), smallest('/srv'));
    symlinkSync(at('kept.yaml'), config);
    expect((await init({ webroot: '/srv' })).err).toContain('says so already');
  });

  it('with --print shows the file, and neither writes nor minds what is there', async () => {
    const { init, at, config, listenOnPort80 } = initRoom();
    mkdirSync(at('etc'));
    writeFileSync(config, '# mine\n');
    listenOnPort80();
    expect(await init({ webroot: '/srv', print: true })).toEqual({ code: 0, out: smallest('/srv'), err: '' });
    expect(readFileSync(config, 'utf8')).toBe('# mine\n');
  });
});

it('addresses get the one profile of Let’s Encrypt that has them, and no other CA’s does', async () => {
  const { init } = initRoom();
  const printed = async (words: object) => (await init({ ...words, print: true })).out;
  const address = { domain: ['192.0.2.1'] };
  expect(await printed(address)).toContain('\n    profile: shortlived\n');
  expect(await printed({ ...address, ca: 'letsencrypt-staging' })).toContain('\n    profile: shortlived\n');
  expect(await printed({})).not.toContain('profile');
});

it('asks the cloud for a placeholder, and says what is doubtful about the answer', async () => {
  const { init, written } = initRoom();
  const ec2 = await startFakeEc2Metadata();
  onTestFinished(() => ec2.close());
  ec2.items.set('public-ipv4', '10.0.0.7');
  const services = metadataServicesAt(ec2.port, 1);
  const { code, err } = await init({ domain: [`\${instance:public-ipv4}`] }, realDisk, services);
  expect(code).toBe(0);
  expect(err).toContain('config-doubtful: 10.0.0.7 is a private address');
  expect(written()).toContain('  - domains: ["10.0.0.7"]\n    profile: shortlived\n');
});

it('writes nothing where no cloud answers', async () => {
  const { init, at } = initRoom();
  await expect(init({ domain: [`\${tag:Names}`] })).rejects.toMatchObject({ code: 'metadata-unreachable' });
  expect(existsSync(at('etc'))).toBe(false);
});

it('stopped at any change of the disk, leaves nothing that a second call does not mend', async () => {
  for (let after = 0; ; after += 1) {
    const { init, at, written } = initRoom();
    const disk = dyingDisk(realDisk, { after, how: 'kill' });
    const first = await init({}, disk).catch((thrown: unknown) => thrown);
    if (disk.calls() <= after) {
      expect([first, after]).toMatchObject([{ code: 0 }, 4]);
      return;
    }
    expect(existsSync(at('etc/config.yaml')) ? written() : '').toMatch(/^$|^account: .*\n(?:.*\n){3}$/);
    expect((await init()).code).toBe(0);
    expect(written()).toBe(smallest(at('www')));
    expect(readdirSync(at('etc'))).toEqual(['config.yaml']);
  }
});

describe.runIf(canBeOtherUsers())('as root, where the host has the user certd,', () => {
  const owners = (paths: readonly string[]) =>
    paths.map(path => {
      const { uid, gid, mode } = statSync(path);
      return [uid, gid, mode & 0o7777];
    });
  const roots = [0, 0, 0o755];
  const certds = [somebody.uid, somebody.gid, 0o755];

  it('makes what is missing of the webroot, and gives certd the directory of the challenges alone', async () => {
    const { init, at, config, withCertd } = initRoom();
    withCertd();
    const { err } = await init({ webroot: at('srv/www') });
    const made = ['srv', 'srv/www', 'srv/www/.well-known', 'srv/www/.well-known/acme-challenge'].map(at);
    expect(err).toBe([...made.map(path => `made ${path}\n`), `${config}: written, for a.example\n`].join(''));
    expect(owners(made)).toEqual([roots, roots, roots, certds]);
  });

  it('mends it in a second call, and changes nothing that is there', async () => {
    const { init, at, withCertd } = initRoom();
    withCertd();
    await init();
    mkdirSync(at('other/.well-known/acme-challenge'), { recursive: true });
    chmodSync(at('other/.well-known/acme-challenge'), 0o700);
    expect((await init()).err).toContain('says so already');
    const { err } = await init({ webroot: at('other'), config: at('etc/other.yaml') });
    expect(err).toContain(
      `${at('other')}/.well-known/acme-challenge is not the user certd’s, who must be able to write there\n`,
    );
    expect(owners([at('other/.well-known/acme-challenge')])).toEqual([[0, 0, 0o700]]);
  });

  it('leaves a webroot to others who have a hand in it, and says what to do', async () => {
    const { init, at, config, withCertd } = initRoom();
    withCertd();
    mkdirSync(at('www'));
    mkdirSync(at('elsewhere'));
    symlinkSync(at('elsewhere'), at('www/.well-known'));
    const { code, err } = await init();
    expect(code).toBe(0);
    expect(err).toBe(
      [
        `${at('www')}/.well-known is a symbolic link to ${at('elsewhere')}, which certd does not follow: `,
        `make ${at('www')}/.well-known/acme-challenge by hand, writable for the user certd\n`,
        `${config}: written, for a.example\n`,
      ].join(''),
    );
    expect(readdirSync(at('elsewhere'))).toEqual([]);
    chmodSync(at('www'), 0o777);
  });
});
