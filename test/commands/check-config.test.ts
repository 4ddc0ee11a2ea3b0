import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { checkConfig } from '../../src/commands/check-config.ts';
import { expectGolden } from '../support/golden.ts';
import { openStateDir, ownDir } from '../support/state-dir.ts';

const account = 'account: { agree_tos: true }\n';

/** `stateDir`: one that is not there and that nobody can make, unless the test has another one. `units`: where drop-ins lie. */
function run(
  text: string,
  { stateDir = '/proc/certd', units = '/nonexistent/system' } = {},
  asked: { readonly units?: true; readonly dropIn?: true } = {},
): { code: number; out: string; err: string } {
  let out = '';
  let err = '';
  const output = {
    out: (piece: string) => {
      out += piece;
    },
    err: (piece: string) => {
      err += piece;
    },
  };
  const readFiles = (file: string) => ({ files: [{ file, text }], problems: [] });
  const code = checkConfig({ ...asked, config: 'c.yaml', stateDir }, output, readFiles, units);
  return { code, out, err };
}

it('says ok and how many certificates there are', () => {
  const text = `${account}certificates: [{ domains: [a.example], challenge: { webroot: /var/www/certd } }]\n`;
  expect(run(text)).toEqual({ code: 0, out: 'c.yaml: ok, 1 certificate\n', err: '' });
});

it('prints doubts on standard error and still says ok', () => {
  expect(run(account)).toEqual({
    code: 0,
    out: 'c.yaml: ok, 0 certificates\n',
    err: 'c.yaml:1:1: config-doubtful: there are no `certificates`: certd has nothing to do\n',
  });
});

it('prints every problem as file:line:column and exits 78', () => {
  expect(run(`${account}shedule: x\nlog: { level: 5 }\n`)).toEqual({
    code: 78,
    out: '',
    err: [
      'c.yaml:2:1: config-unknown-key: there is no key `shedule` here; did you mean `schedule`?\n',
      'c.yaml:3:15: config-invalid: `level` must be one of trace, debug, info, warn, error, fatal, not the number 5\n',
    ].join(''),
  });
});

it('reads real files: one that is missing is a problem like any other', () => {
  let err = '';
  const output = {
    out: () => undefined,
    err: (piece: string) => {
      err += piece;
    },
  };
  expect(checkConfig({ config: '/nonexistent/c.yaml', stateDir: '/var/lib/certd' }, output)).toBe(78);
  expect(err).toBe(
    '/nonexistent/c.yaml:1:1: config-unreadable: cannot be read: there is no such file (ENOENT); `certd init` writes a first one\n',
  );
});

const demanding = `${account}health: { group: ops }
defaults:
  challenge: { webroot: /srv/www }
certificates:
  - domains: [a.example]
  - domains: [b.example]
    challenge: { webroot: /home/b/public }
  - domains: [c.example]
    challenge: { standalone: { listen: ["0.0.0.0:80"] } }
`;

it('prints what the service needs beside its unit, and how to give it', () => {
  const { code, out, err } = run(demanding, { units: '/etc/systemd/system' });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expectGolden('check-config-drop-in.txt', out);
});

it('prints it no more once it is there, and again when it is not enough', () => {
  const units = ownDir();
  const file = join(units, 'certd.service.d/check-config.conf');
  const before = run(demanding, { units }).out;
  expect(before).toContain(`Put into ${file}:\n\n[Service]\n`);
  mkdirSync(dirname(file));
  writeFileSync(file, /\[Service\]\n(?:\w+=.*\n)+/.exec(before)?.[0] ?? '');
  expect(run(demanding, { units }).out).toBe('c.yaml: ok, 3 certificates\n');
  writeFileSync(file, '[Service]\nReadWritePaths=-/srv/www\n');
  expect(run(demanding, { units }).out).toBe(before);
});

it('prints nothing of it where one user has the whole state directory: no unit of two halves runs there', async () => {
  const { root } = await openStateDir();
  expect(run(demanding, { stateDir: root }).out).toBe('c.yaml: ok, 3 certificates\n');
});

it('prints the units alone for --units, and doubts on standard error', () => {
  expect(run(account, {}, { units: true })).toEqual({
    code: 0,
    out: 'certd.service\ncertd-deploy.path\ncertd-deploy.timer\n',
    err: 'c.yaml:1:1: config-doubtful: there are no `certificates`: certd has nothing to do\n',
  });
  const socket = `${account}certificates: [{ domains: [a.example], challenge: { standalone: { socket: systemd } } }]\n`;
  expect(run(socket, {}, { units: true }).out).toBe(
    'certd-http.socket\ncertd.service\ncertd-deploy.path\ncertd-deploy.timer\n',
  );
});

it('prints the lines of the drop-in alone for --drop-in, there or not, and nothing where none is needed', async () => {
  const { root } = await openStateDir();
  const { code, out, err } = run(demanding, { stateDir: root }, { dropIn: true });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const [, lines = ''] = /^(\[Service\]\n(?:\w+=.*\n)+)$/m.exec(run(demanding).out) ?? [];
  expect(out).toBe(lines);
  expect(out).toContain('ReadWritePaths=-/srv/www\n');
  const webroot = `${account}certificates: [{ domains: [a.example], challenge: { webroot: /var/www/certd } }]\n`;
  expect(run(webroot, {}, { dropIn: true })).toEqual({ code: 0, out: '', err: '' });
});

it.each([[{ units: true }], [{ dropIn: true }]] as const)(
  'with %j judges as the issuer of two halves, and prints nothing for a configuration that it refuses',
  asked => {
    const attempt = `${account}certificates: [{ domains: [a.example], challenge: { webroot: /var/www/certd }, attempt: { before: [echo] } }]\n`;
    expect(run(attempt).code).toBe(0);
    const { code, out, err } = run(attempt, {}, asked);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toMatch(/^c\.yaml:2:.*attempt/);
  },
);
