import { type Entry, entry } from './entry.ts';

export const endpointErrors = {
  'endpoint-unreachable': entry(
    'back-off',
    'A server with a certificate of certd’s presents none: it cannot be reached, or the handshake does not come about.',
    'The message has the reason. Look at the server’s own log and at `deploy.verify`; `certd verify NAME` tries it at once.',
  ),
} satisfies Record<string, Entry>;
