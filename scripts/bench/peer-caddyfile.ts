import type { Stack } from '../../test/support/stack.ts';

/**
 * A site for each name, with a certificate of the stack's CA; plain HTTP at nginx's port. HTTP-01 alone, since
 * the CA looks for TLS-ALPN-01 at a port that is not Caddy's here. `storage`: absolute path.
 */
export function caddyfile(
  stack: Stack,
  storage: string,
  httpsPort: number,
  names: readonly string[],
): string {
  return `{
  admin off
  default_bind 127.0.0.1
  http_port ${stack.nginx.httpPort}
  https_port ${httpsPort}
  storage file_system ${storage}
  acme_ca ${stack.pebble.directoryUrl}
  acme_ca_root ${stack.pebble.trustFile}
  email ops@certd.test
  cert_issuer acme {
    disable_tlsalpn_challenge
  }
}
${names.map(name => `${name} {\n  respond "${name}"\n}`).join('\n')}
`;
}
