import { type Entry, entry } from './entry.ts';

export const endpointErrors = {
  'endpoint-stale': entry(
    'back-off',
    'A server presents another certificate than the one that is live.',
    'Look whether its configuration points at `live/<name>` or a `files` entry, and reload it; `certd verify NAME` looks again at once. With `redeploy_on_drift` certd runs the hooks by itself.',
  ),
  'endpoint-untrusted': entry(
    'back-off',
    'A server presents the live certificate, and clients turn it away: the chain does not come with it, or the name that is asked for is not in it.',
    'The message has OpenSSL’s code and what is missing. Servers want `fullchain.pem`, not `cert.pem`; `deploy.verify` wants a name of the certificate as `server_name`.',
  ),
  'endpoint-unreachable': entry(
    'back-off',
    'A server that is to present a certificate of certd’s presents none: it cannot be reached, or no handshake comes about.',
    'The message has the reason. Look at the server’s own log and at `deploy.verify`; `certd verify NAME` tries it at once.',
  ),
  'endpoint-unverified': entry(
    'none',
    'A server could not be reached when the certificate was deployed, nor before: nobody knows what it presents.',
    'Start it, or take it out of `deploy.verify`; certd looks again each hour, `certd verify NAME` at once.',
  ),
} satisfies Record<string, Entry>;
