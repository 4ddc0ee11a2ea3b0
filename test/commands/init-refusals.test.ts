import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type InitWords, initRoom } from '../support/init-room.ts';

describe('what cannot be a configuration is refused, and nothing written:', () => {
  it.each<[string, InitWords, { code: string; message: string | RegExp }]>([
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
    const { init, at } = initRoom();
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
    const { fails } = initRoom();
    const { error, err } = await fails({ hook: ['nginx -s reload', hook] });
    expect(error).toMatchObject({ code: 'config-invalid', message: /^--hook, number 2: / });
    expect(`${err}${error}`).not.toContain('s3cr3t');
  });

  it.each<[string, InitWords, string]>([
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
    const { fails, at } = initRoom();
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
    const { fails, at, config } = initRoom();
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
    const { init, written } = initRoom();
    expect((await init(alone)).code).toBe(0);
    expect(written()).toContain('    challenge: { standalone: { socket: systemd } }\n');
  });

  it.each([
    ['whom nobody may know', undefined, ''],
    ['whom root may know', 812, ' (nginx, pid 812)'],
  ])('it is refused with exit code 78 while somebody listens there, %s', async (_sentence, pid, who) => {
    const { init, at, listenOnPort80 } = initRoom();
    listenOnPort80(pid);
    expect(await init(alone)).toEqual({
      code: 78,
      out: '',
      err: `certd: port-taken: another program listens on port 80${who}: give --webroot with a directory that it serves, or stop it first; with --standalone certd init does not mind\n`,
    });
    expect(existsSync(at('etc'))).toBe(false);
  });

  it('is held by a program whose name cannot move the cursor, nor pose as a line of its own', async () => {
    const { init, listenOnPort80 } = initRoom();
    listenOnPort80(812, 'evil\u001b[31mX\nline 2');
    const { err } = await init(alone);
    expect(err).toContain('(evil [31mX line 2, pid 812)');
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it('and with --standalone it is only said', async () => {
    const { init, config, listenOnPort80 } = initRoom();
    listenOnPort80();
    const { code, err } = await init({ ...alone, standalone: true });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^certd: port-taken: another program listens on port 80: stop it before certd starts\n[^\n]*: written, for a\.example\n$/,
    );
    expect(existsSync(config)).toBe(true);
  });

  it('a second call minds nobody on port 80: it may be systemd’s socket by then', async () => {
    const { init, listenOnPort80 } = initRoom();
    await init(alone);
    listenOnPort80(1);
    expect((await init(alone)).code).toBe(0);
  });
});
