import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planCommand } from '../../src/commands/plan.ts';
import { statusCommand } from '../../src/commands/status.ts';
// Loaded before the test gives its rights away, and with them the right to read the sources.
import { statusWithoutDaemon } from '../../src/commands/status-without-daemon.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { StatusDocument } from '../../src/core/status/status-document.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { captured } from '../support/captured.ts';
import { exampleStatus } from '../support/status-examples.ts';

let dir = '';
const servers: Server[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-status-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'run'));
  writeFileSync(join(dir, 'config.yaml'), config());
});

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(done => server.close(done));
  rmSync(dir, { recursive: true });
});

function config(health = ''): string {
  return `account: { agree_tos: true }\n${health}certificates: [{ domains: [a.example], challenge: { webroot: /srv } }]\n`;
}

async function daemonSays(document: unknown, socket = join(dir, 'run/health.sock')): Promise<void> {
  const server = routeServer({ 'GET /status': () => ({ status: 200, body: document }) }, () => undefined);
  servers.push(server);
  await listenOnSocket(server, socket, 0o600);
}

/** Runs `certd status` in this process. */
function status(names: readonly string[] = [], more: { readonly json?: true; readonly short?: true } = {}) {
  const at = { config: join(dir, 'config.yaml'), stateDir: join(dir, 'state'), runtimeDir: join(dir, 'run') };
  return captured(() => statusCommand(names, { ...at, ...more }));
}

describe('with a daemon', () => {
  it.each([
    ['OK', ['well'], 0],
    ['WARNING', ['well', 'owed'], 1],
    ['CRITICAL', ['well', 'owed', 'lapsed'], 2],
  ] as const)('is %s', async (word, names, code) => {
    await daemonSays(exampleStatus(names));
    const ended = await status();
    expect(ended).toMatchObject({ code, err: '' });
    expect(ended.out.split(':')[0]).toBe(word);
  });

  it('of some names counts those alone', async () => {
    await daemonSays(exampleStatus(['well', 'lapsed']));
    expect((await status(['www.example'])).code).toBe(0);
  });

  it('--short says of an unknown name that it is UNKNOWN: monitoring reads standard output only', async () => {
    await daemonSays(exampleStatus(['well', 'lapsed']));
    const line = 'UNKNOWN: no certificate is named nope; there are: www.example, shop.example\n';
    expect(await status(['nope'], { short: true })).toEqual({ code: 3, out: line, err: '' });
    await expect(status(['nope'])).rejects.toMatchObject({ code: 'usage' });
  });

  it('--json writes nothing that a terminal would act on, and is the same JSON', async () => {
    const document = { ...exampleStatus(['well']), authorities: [], note: 'a\u009b2J\u202eb\u007f' };
    await daemonSays(document);
    const { out } = await status([], { json: true });
    expect(out).toContain('"a\\u009b2J\\u202eb\\u007f"');
    expect(JSON.parse(out)).toEqual(document);
  });

  it('--json gives on what the daemon said', async () => {
    const document: StatusDocument = exampleStatus(['well']);
    await daemonSays(document);
    expect(JSON.parse((await status([], { json: true })).out)).toEqual(document);
  });

  it('finds it on the socket that the configuration names', async () => {
    const socket = join(dir, 'elsewhere.sock');
    writeFileSync(join(dir, 'config.yaml'), config(`health: { socket: ${socket} }\n`));
    await daemonSays(exampleStatus(['well']), socket);
    expect(await status()).toMatchObject({ code: 0, err: '' });
  });

  it('that was silent for two seconds is not asked on a second socket: the limit is for all', async () => {
    writeFileSync(join(dir, 'config.yaml'), config(`health: { socket: ${join(dir, 'run/health.sock')} }\n`));
    const at = {
      config: join(dir, 'config.yaml'),
      stateDir: join(dir, 'state'),
      runtimeDir: join(dir, 'run'),
    };
    const silent = new CertdError('daemon-silent', 'no answer within 2 s');
    const ask = () => Promise.reject(new Error('it was asked again'));
    expect(await statusWithoutDaemon(at, silent, ask)).toMatchObject({
      source: 'disk',
      problems: [{ code: 'daemon-silent', message: 'no answer within 2 s' }],
    });
  });

  describe('that is newer is UNKNOWN and says so, and the disk is not read: it may have a newer layout', () => {
    const newer = { ...exampleStatus(['well'], { version: '2.0.0' }), schema: 2 };
    const refused = (socket: string) => ({
      code: 3,
      out: '',
      err: `certd: daemon-newer: the daemon on ${socket} is certd 2.0.0, whose status this certd cannot read\n`,
    });

    it('on the usual socket', async () => {
      await daemonSays(newer);
      expect(await status()).toEqual(refused(join(dir, 'run/health.sock')));
    });

    it('on the socket that the configuration names', async () => {
      const socket = join(dir, 'elsewhere.sock');
      writeFileSync(join(dir, 'config.yaml'), config(`health: { socket: ${socket} }\n`));
      await daemonSays(newer, socket);
      expect(await status()).toEqual(refused(socket));
    });

    it('also in one line for monitoring', async () => {
      await daemonSays({ schema: 2 });
      const { code, out } = await status([], { short: true });
      expect({ code, out }).toEqual({
        code: 3,
        out: expect.stringMatching(
          /^UNKNOWN: daemon-newer: the daemon on \S+ is newer, and this certd cannot read its status\n$/,
        ),
      });
    });
  });

  it('whose answer is no document at all counts as silent, and the disk is read', async () => {
    await daemonSays({ certificates: 'none' });
    const { code, out } = await status();
    expect(code).toBe(2);
    expect(out).toContain(`! daemon-silent: the daemon answered 200 on ${join(dir, 'run/health.sock')}`);
  });
});

describe('without the right to read is UNKNOWN, says who has it, and shows no table', () => {
  const refused = (reason: string) => ({
    code: 3,
    out: '',
    err: `certd: permission-denied: ${reason}; run as root\n`,
  });

  it('where the socket is closed to this user', async () => {
    await daemonSays(exampleStatus(['well']));
    chmodSync(join(dir, 'run/health.sock'), 0o000);
    const socket = join(dir, 'run/health.sock');
    expect(await asNobody(status)).toEqual(refused(`this user may not connect to ${socket}`));
  });

  it('where the socket that the configuration names is closed', async () => {
    const socket = join(dir, 'elsewhere.sock');
    writeFileSync(join(dir, 'config.yaml'), config(`health: { socket: ${socket} }\n`));
    await daemonSays(exampleStatus(['well']), socket);
    chmodSync(socket, 0o000);
    expect(await asNobody(status)).toEqual(refused(`this user may not connect to ${socket}`));
  });

  const dead = (path: string) =>
    refused(`no daemon answers on ${join(dir, 'run/health.sock')}; and this user may not read ${path}`);

  it('and that the daemon is dead, where the configuration is closed', async () => {
    const file = join(dir, 'config.yaml');
    chmodSync(file, 0o000);
    expect(await asNobody(status)).toEqual(dead(file));
  });

  it('and that the daemon is dead, where the state directory is closed', async () => {
    mkdirSync(join(dir, 'state/issuer'), { recursive: true });
    chmodSync(join(dir, 'state'), 0o000);
    const ended = await asNobody(status);
    chmodSync(join(dir, 'state'), 0o755);
    expect(ended).toEqual(dead(join(dir, 'state/LAYOUT')));
  });

  it('and that the daemon is dead, where only the issuer’s part is closed, as systemd sets it up', async () => {
    mkdirSync(join(dir, 'state/issuer/issued'), { recursive: true });
    chmodSync(join(dir, 'state/issuer'), 0o000);
    const ended = await asNobody(status);
    chmodSync(join(dir, 'state/issuer'), 0o700);
    expect(ended).toEqual(dead(join(dir, 'state/issuer/issued')));
  });

  it('and that the daemon is dead, on one line for monitoring', async () => {
    const file = join(dir, 'config.yaml');
    chmodSync(file, 0o000);
    const { code, out, err } = await asNobody(() => status([], { short: true }));
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(out).toMatch(/^UNKNOWN: permission-denied: no daemon answers on .*; and this user may not read /);
  });
});

describe('plan without the right to read fails, and says who has it', () => {
  const plan = () =>
    planCommand([], { config: join(dir, 'config.yaml'), stateDir: join(dir, 'state'), runtimeDir: dir });

  it('where the configuration is closed', async () => {
    chmodSync(join(dir, 'config.yaml'), 0o000);
    await expect(asNobody(plan)).rejects.toMatchObject({
      code: 'permission-denied',
      message: `open failed with EACCES: ${join(dir, 'config.yaml')}; run as root`,
    });
  });

  it('where the issuer’s part of the state is closed', async () => {
    mkdirSync(join(dir, 'state/issuer/issued'), { recursive: true });
    writeFileSync(join(dir, 'state/LAYOUT'), '1\n');
    chmodSync(join(dir, 'state/issuer'), 0o000);
    const refused = expect(asNobody(plan)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringMatching(/ failed with EACCES: .*; run as root$/),
    });
    await refused;
    chmodSync(join(dir, 'state/issuer'), 0o700);
  });
});

/** Root may read everything: there the command runs as the user nobody. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
