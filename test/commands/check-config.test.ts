import { expect, it } from 'vitest';
import { checkConfig } from '../../src/commands/check-config.ts';

const account = 'account: { agree_tos: true }\n';

function run(text: string): { code: number; out: string; err: string } {
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
  const code = checkConfig({ config: 'c.yaml', stateDir: '/var/lib/certd' }, output, file => ({
    files: [{ file, text }],
    problems: [],
  }));
  return { code, out, err };
}

it('says ok and how many certificates there are', () => {
  const text = `${account}certificates: [{ domains: [a.example], challenge: { webroot: /w } }]\n`;
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
    '/nonexistent/c.yaml:1:1: config-unreadable: cannot be read: there is no such file (ENOENT)\n',
  );
});
