import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EndpointPki, limitOf, lookAt, makeEndpointPki } from '../support/endpoint-pki.ts';
import { startTls, tcpServer } from '../support/endpoint-servers.ts';

let pki: EndpointPki;

beforeAll(async () => {
  pki = await makeEndpointPki();
});

/** What a server says: first, and to each line that it hears; `TLS` where it begins with that. */
type Script = { readonly greeting: string; readonly answers: Readonly<Record<string, string | 'TLS'>> };

function scripted({ greeting, answers }: Script, heard: string[] = []) {
  return (socket: Socket) => {
    socket.write(greeting);
    const listen = (octets: Buffer) => {
      const line = octets.toString('latin1').trimEnd();
      heard.push(line);
      const answer = answers[line] ?? answers['*'] ?? '';
      if (answer.endsWith('TLS')) {
        socket.off('data', listen);
        socket.write(answer.slice(0, -3));
        startTls(socket, pki.ecdsa);
      } else socket.write(answer);
    };
    socket.on('data', listen);
  };
}

const smtp: Script = {
  greeting: '220-mail.example ESMTP\r\n220 welcome\r\n',
  answers: {
    'EHLO [127.0.0.1]': '250-mail.example\r\n250-SIZE 1000\r\n250-starttls\r\n250 HELP\r\n',
    STARTTLS: '220 go ahead\r\nTLS',
  },
};

/** It has heard enough after the first line. */
const deaf: Script = { greeting: smtp.greeting, answers: { '*': '502 what?\r\n' } };

const imap: Script = {
  greeting: '* OK [CAPABILITY IMAP4rev1 SASL-IR] ready\r\n',
  answers: {
    'a1 CAPABILITY': '* CAPABILITY IMAP4rev1 StartTLS LOGINDISABLED\r\na1 OK done\r\n',
    'a2 STARTTLS': 'a2 OK begin\r\nTLS',
  },
};

const postgres: Script = { greeting: '', answers: { '\0\0\0\b\x04\xd2\x16\x2f': 'STLS' } };

describe('a look through STARTTLS', () => {
  it.each([
    ['smtp', smtp, ['EHLO [127.0.0.1]', 'STARTTLS']],
    ['imap', imap, ['a1 CAPABILITY', 'a2 STARTTLS']],
    ['postgres', postgres, ['\0\0\0\b\x04\xd2\x16\x2f']],
  ] as const)('of %s finds what the server presents', async (starttls, script, said) => {
    const heard: string[] = [];
    const port = await tcpServer(scripted(script, heard));
    expect(await lookAt(pki, { port, starttls })).toMatchObject({
      fingerprintSha256: pki.ecdsa.fingerprint,
      fault: null,
    });
    expect(heard).toEqual(said);
  });

  it('tells an SMTP server its address of IPv6', async () => {
    const heard: string[] = [];
    const port = await tcpServer(scripted(deaf, heard), '::1');
    await lookAt(pki, { host: '::1', port, starttls: 'smtp' });
    expect(heard).toEqual(['EHLO [IPv6:::1]']);
  });

  it('comes after the header of a load balancer', async () => {
    const heard: string[] = [];
    const port = await tcpServer(scripted(deaf, heard));
    await lookAt(pki, { port, starttls: 'smtp', proxyProtocol: 'v1' });
    expect(heard[0]).toMatch(/^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+/);
  });
});

const say = (greeting: string, answers: Script['answers'] = {}): Script => ({ greeting, answers });
const longLine = 'x'.repeat(5000);

describe('a server that comes to no TLS has its own words told', () => {
  it.each<['smtp' | 'imap' | 'postgres', Script, string]>([
    ['smtp', say('554 no\u001b[2J service\r\n'), 'it greets with "554 no [2J service"'],
    ['smtp', say('220 x\r\n', { '*': '502 what?\r\n' }), 'it answers EHLO with "502 what?"'],
    ['smtp', say('220 x\r\n', { '*': '250-x\r\n250 SIZE\r\n' }), 'it does not offer STARTTLS'],
    ['smtp', say('220 x\r\n', { '*': '250 STARTTLS\r\n' }), 'it does not offer STARTTLS'],
    [
      'smtp',
      say('220 x\r\n', { ...smtp.answers, STARTTLS: '454 TLS not available\r\n' }),
      'it answers STARTTLS with "454 TLS not available"',
    ],
    [
      'smtp',
      say('220 x\r\n', { ...smtp.answers, STARTTLS: '220 go\r\n250 and more\r\n' }),
      'it says more before TLS begins than it was asked for',
    ],
    ['smtp', say('hello\r\n'), 'it greets with "hello"'],
    ['smtp', say(`${longLine}\r\n`), 'it sends a line without an end'],
    ['smtp', say(longLine), 'it sends a line without an end'],
    ['smtp', say('220-x\r\n'.repeat(20_000)), 'it says more than any server does before TLS'],
    [
      'smtp',
      say(`220 ${'y'.repeat(200)}\r\n`, { '*': `5${'z'.repeat(200)}\r\n` }),
      `it answers EHLO with "5${'z'.repeat(99)}…"`,
    ],
    ['imap', say('* BYE full\r\n'), 'it greets with "* BYE full"'],
    ['imap', say('* PREAUTH hi\r\n'), 'it greets with "* PREAUTH hi"'],
    ['imap', say('* OK\r\n', { '*': '* CAPABILITY IMAP4rev1\r\na1 OK\r\n' }), 'it does not offer STARTTLS'],
    ['imap', say('* OK\r\n', { '*': 'a1 BAD no\r\n' }), 'it answers CAPABILITY with "a1 BAD no"'],
    ['imap', say('* OK\r\n', { '*': '+ go on\r\n' }), 'it answers CAPABILITY with "+ go on"'],
    [
      'imap',
      say('* OK\r\n', { ...imap.answers, 'a2 STARTTLS': 'a2 NO not now\r\n' }),
      'it answers STARTTLS with "a2 NO not now"',
    ],
    ['postgres', say('', { '*': 'N' }), 'the server has TLS switched off (`ssl = off`)'],
    ['postgres', say('', { '*': 'E' }), 'it answers the request for TLS with "E"'],
    ['postgres', say('', { '*': 'Sx' }), 'it says more before TLS begins than it was asked for'],
    ['smtp', say(''), 'no way to TLS by smtp within 0.3 s'],
    ['imap', say('* OK\r\n', { '*': '* a1\r\n' }), 'no way to TLS by imap within 0.3 s'],
    ['postgres', say(''), 'no way to TLS by postgres within 0.3 s'],
  ])('%s %o', async (starttls, script, detail) => {
    const port = await tcpServer(scripted(script));
    expect(await lookAt(pki, { port, starttls, ...limitOf(detail) })).toEqual({ kind: 'none', detail });
  });

  it.each(['smtp', 'imap', 'postgres'] as const)(
    'and one of %s that hangs up is told to have',
    async starttls => {
      const ending = await tcpServer(socket => socket.end());
      const detail = 'it closed the connection before TLS began';
      expect(await lookAt(pki, { port: ending, starttls })).toEqual({ kind: 'none', detail });
      const breaking = await tcpServer(socket => socket.resetAndDestroy());
      expect(await lookAt(pki, { port: breaking, starttls })).toMatchObject({
        kind: 'none',
        detail: expect.stringMatching(
          /^it closed the connection before TLS began$|^the connection was closed before the handshake was complete \(E/,
        ),
      });
    },
  );
});
