import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { placeFile } from '../booted/place-certd.ts';
import type { Inside, Outcome } from '../booted/run-inside.ts';
import { type StillHost, startStillHost } from '../booted/still-host.ts';
import { findPrograms } from '../programs.ts';
import { root as checkout } from '../source-tree.ts';
import { servePackages } from './package-server.ts';

/** In the environment of each run, and in what it downloads: nothing of it may be printed. */
export const secret = 's3cr3t-of-somebody';

/** A host without certd, on which systemd seems to run, with `install.sh` and packages in /p. */
export type InstallRoom = StillHost & {
  /** `sh /install.sh …`; `shell`: another one. Throws where it prints the secret. */
  install(args: readonly string[], wish?: Inside & { shell?: readonly string[] }): Promise<Outcome>;
  /** Puts a package into /p, and on the server. */
  put(name: string, write: (file: string) => void): void;
  sha256(name: string): string;
  /** With a secret in it, as signed URLs have. */
  url(name: string): string;
  takeDownloaders(): string[];
  /** Runs `work` while programs of /usr/bin are missing. */
  without(programs: readonly string[], work: () => Promise<unknown>): Promise<void>;
  /** What an installation leaves. */
  leftovers(): Promise<string>;
};

/** How it ends where nothing says what to configure. */
export const installedAlone = {
  code: 0,
  stdout: 'UNKNOWN: daemon-dead; 0 certificates\n',
  stderr: expect.stringMatching(/install\.sh: nothing starts without a configuration: certd help init\n$/),
};

const busybox = findPrograms().busybox;

export async function openInstallRoom(): Promise<InstallRoom> {
  const shared = mkdtempSync(join(tmpdir(), 'certd-packages-'));
  const server = await servePackages(shared);
  const host = await startStillHost(root => {
    for (const each of ['p', 'run', 'usr/bin']) mkdirSync(join(root, each), { recursive: true });
    cpSync(join(checkout, 'scripts/install.sh'), join(root, 'install.sh'));
    cpSync(busybox, join(root, 'usr/bin/busybox'));
    placeFile(root, '/etc/resolv.conf', 'nameserver 127.0.0.1\n');
  });
  // What the script asks for: see sd_booted(3).
  await host.succeed('mkdir', '-p', '/run/systemd/system');
  return {
    ...host,
    install: async (args, { shell = ['sh'], env, ...wish } = {}) => {
      const outcome = await host.run([...shell, '/install.sh', ...args], {
        ...wish,
        env: { AWS_SECRET_ACCESS_KEY: secret, ...env },
      });
      if (`${outcome.stdout}${outcome.stderr}`.includes(secret)) throw new Error('it printed a secret');
      return outcome;
    },
    put: (name, write) => {
      write(join(shared, name));
      cpSync(join(shared, name), host.at(`/p/${name}`));
    },
    sha256: name =>
      createHash('sha256')
        .update(readFileSync(join(shared, name)))
        .digest('hex'),
    url: name => `${server.url(name)}?X-Amz-Signature=${secret}`,
    takeDownloaders: server.takeDownloaders,
    without: async (programs, work) => {
      const paths = programs.map(name => `/usr/bin/${name}`);
      await host.succeed('mv', ...paths, '/root');
      try {
        await work();
      } finally {
        await host.succeed('mv', ...programs.map(name => `/root/${name}`), '/usr/bin');
      }
    },
    leftovers: () =>
      host.succeed(
        'sh',
        '-c',
        'ls -A /opt /tmp; ls -d /etc/certd /usr/bin/certd 2>&1; dpkg-query -W certd 2>&1; true',
      ),
    stop: async () => {
      await host.stop();
      await server.stop();
      if (existsSync(shared)) rmSync(shared, { recursive: true });
    },
  };
}
