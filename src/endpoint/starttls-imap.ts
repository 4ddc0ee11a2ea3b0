import type { Conversation } from './conversation.ts';
import { quoted, unreachable } from './unreachable.ts';

/** RFC 3501 §6.2.1, up to the moment at which TLS begins. Throws `endpoint-unreachable`. */
export async function startTlsByImap(talk: Conversation): Promise<void> {
  const greeting = await talk.line();
  if (!/^\* OK\b/i.test(greeting)) throw unreachable(`it greets with ${quoted(greeting)}`);
  const told = await ask(talk, 'a1', 'CAPABILITY');
  const capabilities = told.filter(line => /^\* CAPABILITY /i.test(line)).flatMap(line => line.split(' '));
  if (!capabilities.some(word => word.toUpperCase() === 'STARTTLS')) {
    throw unreachable('it does not offer STARTTLS');
  }
  await ask(talk, 'a2', 'STARTTLS');
}

/** The lines before the one that ends the answer. */
async function ask(talk: Conversation, tag: string, command: string): Promise<readonly string[]> {
  talk.send(`${tag} ${command}\r\n`);
  const lines: string[] = [];
  for (;;) {
    const line = await talk.line();
    if (line.startsWith(`${tag} `)) {
      if (/^OK\b/i.test(line.slice(tag.length + 1))) return lines;
      throw unreachable(`it answers ${command} with ${quoted(line)}`);
    }
    if (!line.startsWith('* ')) throw unreachable(`it answers ${command} with ${quoted(line)}`);
    lines.push(line);
  }
}
