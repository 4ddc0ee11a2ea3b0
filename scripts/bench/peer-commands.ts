import { join } from 'node:path';
import type { Stack } from '../../test/support/stack.ts';
import { runPeer } from './peer-program.ts';

/** A client that is one command a certificate, with an account and certificates in a directory of its own. */
export type CommandPeer = {
  readonly name: 'certbot' | 'lego';
  /** `hook`: reload nginx when the certificate is there. */
  readonly issue: (domain: string, options: { readonly hook: boolean }) => Promise<void>;
  /** Renews although nothing is due, with the reload of nginx; resolves with what it printed. */
  readonly renew: (domain: string) => Promise<string>;
  /** The certificate once it is issued. */
  readonly fileOf: (domain: string) => string;
};

/** certbot as its documentation has it for a web server that it must not configure. `dir` is under the stack's. */
export function certbot(stack: Stack, dir: string): CommandPeer {
  const root = join(stack.dir, dir);
  const places = ['--config-dir', root, '--work-dir', `${root}-work`, '--logs-dir', `${root}-logs`];
  const common = [...places, '--non-interactive', '--server', stack.pebble.directoryUrl];
  const account = ['--agree-tos', '--register-unsafely-without-email', '--key-type', 'ecdsa'];
  const webroot = ['--webroot', '--webroot-path', stack.nginx.webroot];
  const deploy = ['--deploy-hook', stack.nginx.reload.join(' ')];
  const run = (argv: readonly string[]) =>
    runPeer('certbot', argv, { REQUESTS_CA_BUNDLE: stack.pebble.trustFile });
  return {
    name: 'certbot',
    issue: async (domain, { hook }) => {
      const options = [...common, ...account, ...webroot, ...(hook ? deploy : [])];
      await run(['certonly', ...options, '--domain', domain]);
    },
    // It keeps the hook with the certificate.
    renew: async domain => {
      const options = ['--force-renewal', '--no-random-sleep-on-renew', '--cert-name', domain];
      const { stdout, stderr } = await run(['renew', ...common, ...options]);
      return stdout + stderr;
    },
    fileOf: domain => join(root, 'live', domain, 'fullchain.pem'),
  };
}

/** lego 4 with the webroot of nginx. `dir` is under the stack's. */
export function lego(stack: Stack, dir: string): CommandPeer {
  const root = join(stack.dir, dir);
  const common = ['--path', root, '--server', stack.pebble.directoryUrl, '--key-type', 'ec256'];
  const account = ['--accept-tos', '--email', 'ops@certd.test'];
  const webroot = ['--http', '--http.webroot', stack.nginx.webroot];
  const reload = stack.nginx.reload.join(' ');
  const run = (domain: string, command: readonly string[]) =>
    runPeer('lego', [...common, ...account, ...webroot, '--domains', domain, ...command], {
      LEGO_CA_CERTIFICATES: stack.pebble.trustFile,
    });
  return {
    name: 'lego',
    issue: async (domain, { hook }) => {
      await run(domain, hook ? ['run', '--run-hook', reload] : ['run']);
    },
    renew: async domain => {
      const options = ['--days', '9999', '--no-random-sleep', '--renew-hook', reload];
      const { stdout, stderr } = await run(domain, ['renew', ...options]);
      return stdout + stderr;
    },
    fileOf: domain => join(root, 'certificates', `${domain}.crt`),
  };
}
