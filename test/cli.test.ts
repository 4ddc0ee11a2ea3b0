import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli.ts';
import { captured } from './support/captured.ts';
import { runSource } from './support/run-source.ts';

let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-cli-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** certd as a program of its own. */
const runProgram = (words: readonly string[]) => runSource(words, join(dir, 'compiled'));

/** The same without the start of a program, for the many cases. */
const runMain = (words: readonly string[]) => captured(() => main(words));

const account = 'account: { agree_tos: true }\n';
const one = `${account}certificates: [{ domains: [a.example], challenge: { webroot: /srv } }]\n`;
const broken = `${account}shedule: x\ncertificates: [{ domains: ["*.example"] }]\n`;

/** A host of its own: what each command finds with these words. */
function host(config: string): { words: readonly string[]; at: (path: string) => string } {
  const root = mkdtempSync(join(dir, 'host-'));
  const at = (path: string) => join(root, path);
  writeFileSync(at('config.yaml'), config);
  const words = ['--config', at('config.yaml'), '--state-dir', at('state'), '--runtime-dir', at('run')];
  return { words, at };
}

describe('done: exit 0, and only the data on standard output', () => {
  it('--version', async () => {
    expect(await runProgram(['--version'])).toEqual({ code: 0, stdout: 'certd source\n', lines: [] });
  });

  it.each(['--help', 'help', 'help status', 'status --help'])('%s', async line => {
    const { code, out, err } = await runMain(line.split(' '));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: certd/);
  });

  it('check-config of a good file, as argument or by --config', async () => {
    const { at } = host(one);
    const expected = { code: 0, out: `${at('config.yaml')}: ok, 1 certificate\n`, err: '' };
    // One user has all of this directory, so that no unit of systemd needs anything.
    const own = ['--state-dir', at('.')];
    expect(await runMain(['check-config', at('config.yaml'), ...own])).toEqual(expected);
    expect(await runMain(['check-config', '--config', at('config.yaml'), ...own])).toEqual(expected);
  });

  it('why says what the plan rests on, asks nobody and writes nothing', async () => {
    const { words, at } = host(one);
    const { code, out, err } = await runMain(['why', 'a.example', ...words]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^a\.example: order now \(no-certificate\).*\n\ncertificate {2}none was issued\n/);
    expect(readdirSync(at('.'))).toEqual(['config.yaml']);
  });

  it('plan says what would be done, asks nobody and writes nothing', async () => {
    const { words, at } = host(one);
    expect(await runProgram(['plan', ...words])).toEqual({
      code: 0,
      stdout: 'a.example: order now (no-certificate): there is no certificate yet\n',
      lines: [],
    });
    expect(readdirSync(at('.'))).toEqual(['config.yaml']);
  });
});

describe('wrong usage: exit 64, the reason on standard error, nothing done', () => {
  it.each([
    ['stauts', "error: unknown command 'stauts'"],
    ['status --jsn', "error: unknown option '--jsn'"],
    ['status --config', "error: option '--config <file>' argument missing"],
    ['--jsn status', "error: unknown option '--jsn'"],
    ['--config', "error: unknown option '--config'"],
    ['status --json --short', 'certd: usage: --json and --short exclude each other'],
    [
      'check-config a b',
      "error: too many arguments for 'check-config'. Expected 1 argument but got 2: a, b.",
    ],
    ['check-config --units --drop-in', 'certd: usage: --units and --drop-in exclude each other'],
    ['run --deploy=sideways', 'certd: usage: --deploy is inline or external, not sideways'],
    ['renew --dry-run --force', 'certd: usage: --dry-run and --force exclude each other'],
    ['renew --json', 'certd: usage: --json goes with --dry-run'],
    ['revoke', "error: missing required argument 'name'"],
    [
      'revoke a.example --reason keycompromis',
      'certd: usage: no reason is named `keycompromis`; did you mean `keyCompromise`?',
    ],
    ['', 'Usage: certd [options] [command]'],
  ])('certd %s', async (line, first) => {
    const { code, out, err } = await runMain(line === '' ? [] : line.split(' '));
    expect({ code, out, first: err.split('\n')[0] }).toEqual({ code: 64, out: '', first });
  });

  it('as a program of its own too, with a suggestion for a word that is nearly right', async () => {
    expect(await runProgram(['stauts'])).toEqual({
      code: 64,
      stdout: '',
      lines: ["error: unknown command 'stauts'", '(Did you mean status?)', '(certd help has all commands)'],
    });
  });

  it('of one command leads to the help of that', async () => {
    const { err } = await runMain(['account']);
    expect(err).toBe(
      "error: missing required argument 'action'\n(certd help account has its options and values)\n",
    );
  });

  it.each([
    ['status b.example', 'no certificate is named b.example; there are: a.example'],
    ['renew b.example', 'no certificate is named b.example; there are: a.example'],
    ['renew --dry-run b.example', 'no certificate is named b.example; there are: a.example'],
    ['revoke b.example', 'no certificate is named b.example; there are: a.example'],
    ['why b.example', 'no certificate is named b.example; there are: a.example'],
    ['plan b.example', 'no certificate is named b.example; there are: a.example'],
  ])('certd %s, where the configuration has a.example', async (line, reason) => {
    const { words } = host(one);
    expect(await runMain([...line.split(' '), ...words])).toEqual({
      code: 64,
      out: '',
      err: `certd: usage: ${reason}\n`,
    });
  });
});

/** By hand from the contract, section 1: every command and option that a later issue brings. */
describe('what a later version brings is refused with exit 64, never ignored', () => {
  it.each([
    'remove a.example',
    'adopt certbot --apply',
    'inspect cert.pem',
    'inspect cert.pem',
    'notify test',
    'inspect --help',
    'help adopt',
  ])('certd %s', async line => {
    const { code, out, err } = await runMain(line.split(' '));
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toMatch(/^certd: not-available-yet: .* is not built[^\n]*\n$/);
  });

  it('as a program of its own too', async () => {
    expect(await runProgram(['inspect', 'cert.pem'])).toEqual({
      code: 64,
      stdout: '',
      lines: ['certd: not-available-yet: certd inspect is not built in version source'],
    });
  });
});

describe('bad configuration: exit 78, every problem on standard error', () => {
  it.each(['check-config', 'run', 'renew', 'plan', 'why a.example'])('certd %s', async command => {
    const { words, at } = host(broken);
    const { code, stdout, lines } = await runProgram([...command.split(' '), ...words]);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    const places = lines.map(line => line.split(': ').slice(0, 2).join(' '));
    const file = at('config.yaml');
    expect(places.slice(0, 3)).toEqual([
      `${file}:2:1 config-unknown-key`,
      `${file}:3:16 config-invalid`,
      `${file}:3:28 config-invalid`,
    ]);
    expect(readdirSync(at('.'))).toEqual(['config.yaml']);
  });

  it('a file that is not there', async () => {
    const { code, stdout, lines } = await runProgram(['run', '--config', join(dir, 'none.yaml')]);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(lines[0]).toBe(
      `${join(dir, 'none.yaml')}:1:1: config-unreadable: cannot be read: there is no such file (ENOENT); \`certd init\` writes a first one`,
    );
  });
});

describe('it failed: exit 1', () => {
  it('nothing can be revoked that was never issued', async () => {
    const { words } = host(one);
    expect(await runMain(['revoke', 'a.example', ...words])).toEqual({
      code: 1,
      out: '',
      err: 'certd: not-issued: a.example has no issued certificate\n',
    });
  });

  it('a state directory of a newer version is left as it is', async () => {
    const { words, at } = host(one);
    mkdirSync(at('state'));
    writeFileSync(at('state/LAYOUT'), '99\n');
    const reason = `${at('state')} has layout 99; this version knows layouts up to 1`;
    for (const command of ['renew', 'run', 'plan']) {
      const { code, out, err } = await runMain([command, ...words]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toBe(`certd: layout-too-new: ${reason}\n`);
    }
    expect(readdirSync(at('state'))).toEqual(['LAYOUT']);
  });

  it('a state file that cannot be understood stops its certificate, is said, and stays', async () => {
    const { words, at } = host(one);
    mkdirSync(at('state/issuer/state'), { recursive: true });
    writeFileSync(at('state/issuer/state/a.example.json'), '{"schema":');
    const { code, stdout } = await runProgram(['renew', ...words]);
    const reason = `${at('state/issuer/state/a.example.json')} cannot be used: it is not JSON`;
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `a.example: failed: state-corrupt: ${reason}\n`,
    });
    expect(readFileSync(at('state/issuer/state/a.example.json'), 'utf8')).toBe('{"schema":');
  });
});

describe('status without a daemon', () => {
  it('is CRITICAL, exit 2, where the disk shows it: nothing is issued', async () => {
    const { words, at } = host(one);
    const { code, stdout, lines } = await runProgram(['status', ...words]);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'CRITICAL: 1 certificate, 1 critical (certd source, read from disk)',
      `! daemon-dead: no daemon answers on ${at('run/health.sock')}`,
    ]);
  });

  it('is UNKNOWN, exit 3, where the disk shows nothing critical', async () => {
    const { words } = host(account);
    const { code, out } = await runMain(['status', ...words]);
    expect(code).toBe(3);
    expect(out).toContain('! daemon-dead: ');
  });

  it('--json has nothing but the document on standard output', async () => {
    const { words } = host(one);
    const { code, stdout, lines } = await runProgram(['status', '--json', ...words]);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      source: 'disk',
      status: 'critical',
      problems: [{ code: 'daemon-dead' }],
      certificates: [{ name: 'a.example' }],
    });
  });

  it('--short has its one line on standard output, where monitoring reads', async () => {
    const { words, at } = host(one);
    expect(await runProgram(['status', '--short', ...words])).toEqual({
      code: 2,
      stdout: 'CRITICAL: 1 of 1 certificate critical: a.example (not-issued); daemon-dead\n',
      lines: [],
    });
    rmSync(at('config.yaml'));
    const { code, stdout } = await runProgram(['status', '--short', ...words]);
    expect(code).toBe(3);
    const start = `UNKNOWN: daemon-dead; config-refused: ${at('config.yaml')}:1:1: config-unreadable: cannot be read`;
    expect(stdout.slice(0, start.length)).toBe(start);
  });

  it('finds its places in options before the command too', async () => {
    const { words } = host(one);
    expect(await runMain([...words, 'status', '--short'])).toMatchObject({ code: 2, err: '' });
  });

  it('is UNKNOWN where the configuration is bad, and names the first problem of it', async () => {
    const { words, at } = host(broken);
    const { code, stdout, lines } = await runProgram(['status', ...words]);
    expect({ code, lines }).toEqual({ code: 3, lines: [] });
    expect(stdout).toContain(`! config-refused: ${at('config.yaml')}:2:1: config-unknown-key: `);
  });

  it('reads a state directory of a newer version all the same', async () => {
    const { words, at } = host(one);
    mkdirSync(at('state'));
    writeFileSync(at('state/LAYOUT'), '99\n');
    const { code, out, err } = await runMain(['status', ...words]);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(out).toContain('! layout-too-new: ');
  });
});
