import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openNameTools } from '../../../src/doctor/names/name-tools.ts';

/** RFC 1035 §4.1.1. */
const rcodes: Readonly<Record<string, number>> = { fine: 0, broken: 2, gone: 3, refused: 5 };

/** Record data for every question of its kind about `fine.test`: two addresses each, and two CAA records. */
const records: Readonly<Record<number, readonly Buffer[]>> = {
  1: [Buffer.from([9, 9, 9, 11]), Buffer.from([9, 9, 9, 10])],
  28: [Buffer.from('2620000000fe00000000000000000010', 'hex')],
  257: [
    Buffer.concat([Buffer.from([128, 5]), Buffer.from('issuex.test')]),
    Buffer.concat([Buffer.from([0, 5]), Buffer.from('Issue;')]),
  ],
};

/** A name server that answers by the first label of the name, and says nothing about `silent`. */
async function startServer(): Promise<string> {
  const socket = createSocket('udp4', (question, { port, address }) => {
    const label = question.toString('latin1', 13, 13 + (question[12] ?? 0));
    const rcode = rcodes[label];
    if (rcode === undefined) return;
    const end = question.indexOf(0, 12) + 5;
    const type = question.readUInt16BE(end - 4);
    const found = label === 'fine' ? (records[type] ?? []) : [];
    const answers = found.map(data => {
      const head = Buffer.from([0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 9, 0, data.length]);
      head.writeUInt16BE(type, 2);
      return Buffer.concat([head, data]);
    });
    const head = Buffer.from([0, 0, 0x81, 0x80 | rcode, 0, 1, 0, found.length, 0, 0, 0, 0]);
    question.copy(head, 0, 0, 2);
    socket.send(Buffer.concat([head, question.subarray(12, end), ...answers]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

async function open(limit = new AbortController().signal) {
  return openNameTools(limit, () => 'token', { servers: [await startServer()] });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('the name servers', () => {
  it('say addresses and CAA records, in an order of our own', async () => {
    const tools = await open();
    expect(await tools.ipv4('fine.test')).toEqual({ kind: 'found', values: ['9.9.9.10', '9.9.9.11'] });
    expect(await tools.ipv6('fine.test')).toEqual({ kind: 'found', values: ['2620:0:fe::10'] });
    expect(await tools.caa('fine.test')).toEqual({
      kind: 'found',
      values: [
        { flags: 0, tag: 'Issue', value: ';' },
        { flags: 128, tag: 'issue', value: 'x.test' },
      ],
    });
  });

  it('say that a name does not exist, or fail in one way or another', async () => {
    const tools = await open();
    expect(await tools.ipv4('gone.test')).toEqual({ kind: 'none', why: 'no-name' });
    expect(await tools.caa('gone.test')).toEqual({ kind: 'none', why: 'no-name' });
    expect(await tools.ipv6('broken.test')).toEqual({ kind: 'failed', why: 'SERVFAIL' });
    expect(await tools.caa('refused.test')).toEqual({ kind: 'failed', why: 'refusal' });
  });

  it('that say nothing are given up on, at the latest at the limit', async () => {
    const limit = new AbortController();
    const tools = await open(limit.signal);
    const answer = tools.ipv4('silent.test');
    limit.abort();
    expect(await answer).toEqual({ kind: 'failed', why: 'silence' });
    expect(await tools.ipv4('fine.test')).toEqual({ kind: 'failed', why: 'silence' });
  });
});

describe('a connection', () => {
  it('is made or refused, and none after the limit', async () => {
    const tools = await open();
    const server = createTcpServer();
    const port = await listen(server);
    expect(await tools.connect('127.0.0.1', port)).toBeNull();
    await once(server.close(), 'close');
    expect(await tools.connect('127.0.0.1', port)).toBe('ECONNREFUSED');
    expect(await (await open(AbortSignal.abort())).connect('127.0.0.1', port)).toBe('ETIMEDOUT');
  });
});

describe('a request', () => {
  it('goes to the address that it is told, and is answered with status and Location alone', async () => {
    const tools = await open();
    const hosts: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      hosts.push(headers.host);
      response.writeHead(302, { location: '/next' }).end('x'.repeat(100_000));
    });
    const port = await listen(server);
    const url = new URL(`http://nowhere.test:${port}/`);
    expect(await tools.get(url, '127.0.0.1')).toEqual({ status: 302, location: '/next' });
    expect(hosts).toEqual([`nowhere.test:${port}`]);
  });

  it('that something else than HTTP answers, or nobody until the limit, has a code', async () => {
    const limit = new AbortController();
    const tools = await open(limit.signal);
    const ssh = await listen(createTcpServer(socket => socket.end('SSH-2.0-x\r\n')));
    expect(await tools.get(new URL(`http://a.test:${ssh}/`), '127.0.0.1')).toEqual({
      code: expect.stringMatching(/^HPE_/),
    });
    const mute = await listen(createTcpServer(socket => void socket.on('error', () => socket.destroy())));
    const answer = tools.get(new URL(`http://a.test:${mute}/`), '127.0.0.1');
    limit.abort();
    expect(await answer).toEqual({ code: 'ETIMEDOUT' });
  });
});
