import type { Conversation } from './conversation.ts';
import { quoted, unreachable } from './unreachable.ts';

/** SSLRequest of PostgreSQL’s frontend/backend protocol: a length of 8, and its code. */
const request = Buffer.from('0000000804d2162f', 'hex');

/** PostgreSQL’s SSLRequest, up to the moment at which TLS begins. Throws `endpoint-unreachable`. */
export async function startTlsByPostgres(talk: Conversation): Promise<void> {
  talk.send(request);
  const answer = String.fromCharCode(await talk.octet());
  if (answer === 'N') throw unreachable('the server has TLS switched off (`ssl = off`)');
  if (answer !== 'S') throw unreachable(`it answers the request for TLS with ${quoted(answer)}`);
}
