import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertdCommands, certdAt, nginxConfig } from '../certd-process.ts';
import { presentedLeaf } from '../presented-leaf.ts';
import type { Programs } from '../programs.ts';
import type { Stack } from '../stack.ts';
import type { ServerWish, TestServer } from './test-server.ts';

/** A certificate of certd, and a server that presents it. */
export type Scene<S extends TestServer> = {
  readonly dir: string;
  readonly domain: string;
  readonly certd: CertdCommands;
  readonly server: S;
  /** SHA-256 of the leaf that is live, lower-case hex. */
  live(): string;
  /** The same of the leaf that the server presents. */
  presented(): Promise<string>;
  /** What `certd status` says of the certificate. */
  status(): Promise<ShownCertificate>;
  /** What is done with a new certificate from now on: lines of YAML below `deploy:`. */
  deploy(...lines: readonly string[]): Promise<void>;
};

type ShownCertificate = {
  readonly status: string;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly deploy: {
    readonly state: string;
    readonly last_error: { readonly code: string; readonly message: string } | null;
  };
  readonly served: readonly { readonly state: string; readonly detail: string | null }[];
};

type Wish<S> = {
  /** A DNS label: the certificate is for it below `certd.test`. */
  readonly label: string;
  /** The user that reads the key, and owns the `files` of the certificate. */
  readonly user: string;
  /** Makes the state directory, where it is not to be made by certd. */
  readonly prepare?: (stateDir: string) => Promise<void>;
  start(programs: Programs, wish: ServerWish): Promise<S>;
};

/**
 * As it is before the first renewal: the certificate is issued, deployed with no hook, and presented by a server that runs.
 * A server of root’s reads `live/`; any other one, and whoever wants leaf and key in one file, a `files` entry.
 */
export async function setScene<S extends TestServer>(stack: Stack, wish: Wish<S>): Promise<Scene<S>> {
  const domain = `${wish.label}.certd.test`;
  const dir = join(stack.dir, wish.label);
  for (const each of [dir, join(dir, 'server'), join(dir, 'files')]) await mkdir(each, { mode: 0o755 });
  const file = (name: string) => join(dir, 'files', name);
  const entries = [
    ['fullchain.pem', 'fullchain'],
    ['key.pem', 'key'],
    ['combined.pem', 'combined'],
  ].map(([name = '', content]) => `{ path: ${file(name)}, content: ${content}, owner: ${wish.user} }`);
  const base = nginxConfig(stack, [domain]).replace(/\n {4}deploy: .*\n/, '\n');
  const config = `${base}    files: [${entries.join(', ')}]\n`;
  const certd = await certdAt(join(dir, 'certd'), config);
  await wish.prepare?.(certd.stateDir);
  const first = await certd.command('renew');
  if (first.code !== 0) throw new Error(`no first certificate: ${first.stdout}${first.stderr}`);
  const pair =
    wish.user === 'root'
      ? {
          fullchain: join(certd.liveDir(domain), 'fullchain.pem'),
          key: join(certd.liveDir(domain), 'privkey.pem'),
        }
      : { fullchain: file('fullchain.pem'), key: file('key.pem') };
  const server = await wish.start(stack.programs, {
    dir: join(dir, 'server'),
    serverName: domain,
    combined: file('combined.pem'),
    ...pair,
  });
  return {
    dir,
    domain,
    certd,
    server,
    live: () => fingerprintIn(join(certd.liveDir(domain), 'cert.pem')),
    presented: async () => (await presentedLeaf(server.address)).fingerprintSha256,
    status: async () => JSON.parse((await certd.command('status', '--json')).stdout).certificates[0],
    deploy: (...lines) =>
      certd.configure(`${config}    deploy:\n${lines.map(line => `      ${line}\n`).join('')}`),
  };
}

/** A command as the configuration has it: where an operator needs a shell, certd does too. */
export function inYaml(command: string): string {
  return command.includes('$') ? `{ shell: "${command}" }` : `"${command}"`;
}

function fingerprintIn(file: string): string {
  return new X509Certificate(readFileSync(file)).fingerprint256.replaceAll(':', '').toLowerCase();
}
