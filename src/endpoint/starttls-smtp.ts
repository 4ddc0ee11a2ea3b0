import { isIPv6 } from 'node:net';
import type { Conversation } from './conversation.ts';
import { quoted, unreachable } from './unreachable.ts';

/** RFC 3207, up to the moment at which TLS begins. `from`: the client's own address. Throws `endpoint-unreachable`. */
export async function startTlsBySmtp(talk: Conversation, from: string): Promise<void> {
  await expect(talk, '220', 'it greets with');
  talk.send(`EHLO ${addressLiteral(from)}\r\n`);
  const [, ...keywords] = await expect(talk, '250', 'it answers EHLO with');
  if (!keywords.some(line => /^STARTTLS$/i.test(line.trim())))
    throw unreachable('it does not offer STARTTLS');
  talk.send('STARTTLS\r\n');
  await expect(talk, '220', 'it answers STARTTLS with');
}

/** RFC 5321 §4.1.3: what a client calls itself that has no name. */
function addressLiteral(address: string): string {
  return isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
}

/** The texts of a whole reply, which may have several lines (RFC 5321 §4.2.1). */
async function expect(talk: Conversation, code: string, what: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (;;) {
    const line = await talk.line();
    const [, given, more, text = ''] = /^(\d{3})(?:([ -])(.*))?$/.exec(line) ?? [];
    if (given !== code) throw unreachable(`${what} ${quoted(line)}`);
    texts.push(text);
    if (more !== '-') return texts;
  }
}
