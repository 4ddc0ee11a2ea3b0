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
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../../src/commands/check-config.ts';
import { type InitOptions, initCommand } from '../../src/commands/init.ts';
import { realDisk } from '../../src/store/disk.ts';
import { captured } from '../support/captured.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { startFakeEc2Metadata } from '../support/fake-ec2-metadata.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { ownDir, treeOf } from '../support/state-dir.ts';

const tableHead =
  'sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n';

/** `webroot` null: none is given. */
type Words = Partial<Omit<InitOptions, 'webroot'>> & { readonly webroot?: string | null };

/** A host of its own: nobody listens on port 80, and there is no user `certd`, until the test says so. */
function room() {
  const dir = ownDir();
  const at = (path: string) => join(dir, path);
  mkdirSync(at('proc/net'), { recursive: true });
  writeFileSync(at('passwd'), 'root:x:0:0::/root:/bin/sh\n');
  const host = {
    services: metadataServicesAt(1, 1),
    proc: at('proc'),
    passwd: at('passwd'),
    disk: realDisk,
  };
  const places = { config: at('etc/config.yaml'), stateDir: at('state'), runtimeDir: at('run') };
  const words = { domain: ['a.example'], agreeTos: true, webroot: at('www'), hook: [] } as const;
  const run = (more: Words, disk = host.disk, services = host.services) => {
    const { webroot, ...rest } = { ...places, ...words, ...more };
    const given = webroot === null ? rest : { ...rest, webroot };
    return initCommand(given, { ...host, disk, services });
  };
  const init = (more: Words = {}, disk = host.disk, services = host.services) =>
    captured(() => run(more, disk, services));
  const fails = async (more: Words) => {
    let error: unknown;
    const { err } = await captured(() =>
      run(more).catch((thrown: unknown) => {
        error = thrown;
        return 1;
      }),
    );
    return { error, err };
  };
  return {
    at,
    init,
    fails,
    config: places.config,
    written: () => readFileSync(places.config, 'utf8'),
    listenOnPort80: (pid?: number, program = 'nginx') => {
      const zeros = '00000000:00000000 00:00000000 00000000';
      writeFileSync(
        at('proc/net/tcp'),
        `${tableHead}0: 00000000:0050 00000000:0000 0A ${zeros} 0 0 500 1 0\n`,
      );
      if (pid === undefined) return;
      mkdirSync(at(`proc/${pid}/fd`), { recursive: true });
      writeFileSync(at(`proc/${pid}/comm`), `${program}\n`);
      symlinkSync('socket:[500]', at(`proc/${pid}/fd/3`));
    },
    withCertd: () => writeFileSync(at('passwd'), `certd:x:${somebody.uid}:${somebody.gid}::/:/bin/false\n`),
  };
}

const smallest = (webroot: string) => `account: { agree_tos: true }
certificates:
  - domains: [a.example]
    challenge: { webroot: ${webroot} }
`;

describe('certd init', () => {
  it('writes a file that check-config takes, in a directory that it makes', async () => {
    const { init, at, config, written } = room();
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
    const { init, config } = room();
    await init();
    const before = statSync(config, { bigint: true });
    expect(await init()).toEqual({ code: 0, out: '', err: `${config}: says so already, for a.example\n` });
    const after = statSync(config, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it.each<[string, (config: string) => void]>([
    ['another file', config => writeFileSync(config, '# mine\n')],
    ['a file that says more', config => writeFileSync(config, `${smallest('/srv')}# mine\n`)],
    ['a directory', config => mkdirSync(config)],
    ['a link to nothing', config => symlinkSync('nowhere', config)],
  ])('leaves %s, and says so', async (_sentence, make) => {
    const { init, at, config } = room();
    mkdirSync(at('etc'));
    make(config);
    const before = treeOf(at('etc'));
    await expect(init({ webroot: '/srv' })).rejects.toMatchObject({
      code: 'config-exists',
      message: `${config} is there and says something else; it was left as it is. certd init --print shows what it would write`,
    });
    expect(treeOf(at('etc'))).toEqual(before);
  });

  it('is content with a link to the same file', async () => {
    const { init, at, config } = room();
    mkdirSync(at('etc'));
    writeFileSync(at('kept.yaml'), smallest('/srv'));
    symlinkSync(at('kept.yaml'), config);
    expect((await init({ webroot: '/srv' })).err).toContain('says so already');
  });

  it('with --print shows the file, and neither writes nor minds what is there', async () => {
    const { init, at, config, listenOnPort80 } = room();
    mkdirSync(at('etc'));
    writeFileSync(config, '# mine\n');
    listenOnPort80();
    expect(await init({ webroot: '/srv', print: true })).toEqual({ code: 0, out: smallest('/srv'), err: '' });
    expect(readFileSync(config, 'utf8')).toBe('# mine\n');
  });
});

describe('what cannot be a configuration is refused, and nothing written:', () => {
  it.each<[string, Words, { code: string; message: string | RegExp }]>([
    ['no domain', { domain: [] }, { code: 'usage', message: /--domain is missing/ }],
    ['two ways', { standalone: true }, { code: 'usage', message: /exclude each other/ }],
    [
      'a hook for a shell',
      { hook: ['nginx -s reload && echo'] },
      {
        code: 'config-invalid',
        message: /^--hook, number 1: `&` outside quotes means something to a shell/,
      },
    ],
    [
      'an empty hook',
      { hook: [''] },
      { code: 'config-invalid', message: /^--hook, number 1: the command is empty/ },
    ],
    [
      'a URL for a CA',
      { ca: 'https://ca.example/?token=s3cr3t' },
      { code: 'config-invalid', message: /^--ca is a name such as letsencrypt; / },
    ],
  ])('%s', async (_sentence, words, error) => {
    const { init, at } = room();
    await expect(init(words)).rejects.toMatchObject({
      code: error.code,
      message: expect.stringMatching(error.message),
    });
    expect(existsSync(at('etc'))).toBe(false);
  });

  it.each([
    'curl https://ca.example/?token=s3cr3t',
    'curl -s s3cr3t | sh',
    'TOKEN=s3cr3t notify',
    '-s3cr3t',
    '"s3cr3t $x"',
    "notify 's3cr3t",
    'notify "s3cr3t',
    'notify s3cr3t\nnotify',
    'notify s3cr3t \\',
    'notify s3cr3t\0',
  ])('a hook, whose text is not shown: %j', async hook => {
    const { fails } = room();
    const { error, err } = await fails({ hook: ['nginx -s reload', hook] });
    expect(error).toMatchObject({ code: 'config-invalid', message: /^--hook, number 2: / });
    expect(`${err}${error}`).not.toContain('s3cr3t');
  });

  it.each<[string, Words, string]>([
    [
      'a relative webroot',
      { webroot: 'srv/www' },
      'config-invalid: `webroot` must be an absolute path, one that begins with /, not the text "srv/www"',
    ],
    [
      'an address that is none',
      { email: 'ops' },
      'config-invalid: `email` must be an e-mail address, not the text "ops"',
    ],
    [
      'a CA that nobody knows',
      { ca: 'letsencript' },
      'config-invalid: there is no CA `letsencript`; did you mean `letsencrypt`?',
    ],
    [
      'a CA that wants a binding',
      { ca: 'zerossl' },
      'config-invalid: the CA `zerossl` wants external account binding: write `cas: { zerossl: { eab: { kid: …, hmac_key_file: /etc/certd/zerossl.hmac } } }` with what it gave out',
    ],
  ])('%s', async (_sentence, words, line) => {
    const { fails, at } = room();
    expect(await fails(words)).toMatchObject({
      error: {
        code: 'config-invalid',
        message: 'the configuration would have a problem; nothing was written',
      },
      err: `${line}\n`,
    });
    expect(existsSync(at('etc'))).toBe(false);
  });

  it('a file of conf.d that has the name already, with its place', async () => {
    const { fails, at, config } = room();
    mkdirSync(at('etc/conf.d'), { recursive: true });
    writeFileSync(
      at('etc/conf.d/a.yaml'),
      'certificates: [{ domains: [a.example], challenge: { webroot: /srv } }]\n',
    );
    expect((await fails({})).err).toBe(
      `${at('etc/conf.d/a.yaml')}:1:28: config-name-taken: the name a.example is taken by the certificate at ${config}:3; add \`name: a.example-2\` or the like\n`,
    );
    expect(existsSync(config)).toBe(false);
  });
});

describe('without a webroot', () => {
  const alone = { webroot: null } as const;

  it('systemd is to hold port 80', async () => {
    const { init, written } = room();
    expect((await init(alone)).code).toBe(0);
    expect(written()).toContain('    challenge: { standalone: { socket: systemd } }\n');
  });

  it.each([
    ['whom nobody may know', undefined, ''],
    ['whom root may know', 812, ' (nginx, pid 812)'],
  ])('it is refused with exit code 78 while somebody listens there, %s', async (_sentence, pid, who) => {
    const { init, at, listenOnPort80 } = room();
    listenOnPort80(pid);
    expect(await init(alone)).toEqual({
      code: 78,
      out: '',
      err: `certd: port-taken: another program listens on port 80${who}: give --webroot with a directory that it serves, or stop it first; with --standalone certd init does not mind\n`,
    });
    expect(existsSync(at('etc'))).toBe(false);
  });

  it('is held by a program whose name cannot move the cursor, nor pose as a line of its own', async () => {
    const { init, listenOnPort80 } = room();
    listenOnPort80(812, 'evil\u001b[31mX\nline 2');
    const { err } = await init(alone);
    expect(err).toContain('(evil [31mX line 2, pid 812)');
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it('and with --standalone it is only said', async () => {
    const { init, config, listenOnPort80 } = room();
    listenOnPort80();
    const { code, err } = await init({ ...alone, standalone: true });
    expect(code).toBe(0);
    expect(err).toMatch(/^certd: port-taken: [^\n]*\n[^\n]*: written, for a\.example\n$/);
    expect(existsSync(config)).toBe(true);
  });

  it('a second call minds nobody on port 80: it may be systemd’s socket by then', async () => {
    const { init, listenOnPort80 } = room();
    await init(alone);
    listenOnPort80(1);
    expect((await init(alone)).code).toBe(0);
  });
});

it('addresses get the one profile of Let’s Encrypt that has them, and no other CA’s does', async () => {
  const { init } = room();
  const printed = async (words: object) => (await init({ ...words, print: true })).out;
  const address = { domain: ['192.0.2.1'] };
  expect(await printed(address)).toContain('\n    profile: shortlived\n');
  expect(await printed({ ...address, ca: 'letsencrypt-staging' })).toContain('\n    profile: shortlived\n');
  expect(await printed({})).not.toContain('profile');
});

it('asks the cloud for a placeholder, and says what is doubtful about the answer', async () => {
  const { init, written } = room();
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
  const { init, at } = room();
  await expect(init({ domain: [`\${tag:Names}`] })).rejects.toMatchObject({ code: 'metadata-unreachable' });
  expect(existsSync(at('etc'))).toBe(false);
});

it('stopped at any change of the disk, leaves nothing that a second call does not mend', async () => {
  for (let after = 0; ; after += 1) {
    const { init, at, written } = room();
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
    const { init, at, config, withCertd } = room();
    withCertd();
    const { err } = await init({ webroot: at('srv/www') });
    const made = ['srv', 'srv/www', 'srv/www/.well-known', 'srv/www/.well-known/acme-challenge'].map(at);
    expect(err).toBe([...made.map(path => `made ${path}\n`), `${config}: written, for a.example\n`].join(''));
    expect(owners(made)).toEqual([roots, roots, roots, certds]);
  });

  it('mends it in a second call, and changes nothing that is there', async () => {
    const { init, at, withCertd } = room();
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
    const { init, at, config, withCertd } = room();
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
