import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMetadata } from '../../src/metadata/find-metadata.ts';
import { metadataServices } from '../../src/metadata/services.ts';
import { bothClouds } from '../support/both-clouds.ts';
import { startFakeAlibabaMetadata } from '../support/fake-alibaba-metadata.ts';
import { metadataServicesAt } from '../support/metadata-services-at.ts';
import { waitUntil } from '../support/wait-until.ts';

const clouds = bothClouds();

/** Port 1 of this host: nobody listens there. */
const nobody = 1;

const find = (ports: readonly [number, number], limitMs = 5_000) =>
  findMetadata({ services: metadataServicesAt(...ports), signal: new AbortController().signal, limitMs });

it('asks the addresses that the clouds have for it', () => {
  expect(metadataServices.map(({ host, port }) => `${host}:${port}`)).toEqual([
    '169.254.169.254:80',
    '100.100.100.200:80',
  ]);
});

it('is the service that gives a token, while the other one says nothing; and asks for nothing before it', async () => {
  const onEc2 = await find([clouds.ec2.port, clouds.silent.port]);
  expect(onEc2.service.cloud).toBe('Amazon EC2');
  expect(await onEc2.item('instance-id')).toBe('i-0123456789abcdef0');
  expect(clouds.ec2.requests).toEqual(['PUT /latest/api/token', 'GET /latest/meta-data/instance-id']);

  const onAlibaba = await find([clouds.silent.port, clouds.alibaba.port]);
  expect(onAlibaba.service.cloud).toBe('Alibaba Cloud');
  expect(await onAlibaba.item('instance-id')).toBe('i-bp13znx0m0me8cqu0000');
  expect(clouds.alibaba.requests).toEqual(['PUT /latest/api/token', 'GET /latest/meta-data/instance-id']);
});

it('leaves the one that says nothing as soon as the other one has answered', async () => {
  const left = new Promise(resolve => {
    clouds.alibaba.instead = (_, response) => {
      response.on('close', resolve);
      return true;
    };
  });
  let answer = () => {};
  clouds.ec2.instead = (_, response) => {
    answer = () => response.end('AQAEA');
    return true;
  };
  const found = find([clouds.ec2.port, clouds.alibaba.port], 60_000);
  await waitUntil('both are asked', () =>
    [clouds.ec2, clouds.alibaba].every(({ requests }) => requests.length === 1) ? true : null,
  );
  answer();
  await Promise.all([found, left]);
});

it('says of both where it looked and what came, where neither gives a token', async () => {
  await expect(find([clouds.silent.port, clouds.silent.port], 100)).rejects.toMatchObject({
    code: 'metadata-unreachable',
    message:
      'no cloud says what this instance is: the metadata service of Amazon EC2 (127.0.0.1): no answer within 0.1 s; the metadata service of Alibaba Cloud (127.0.0.1): no answer within 0.1 s',
  });
  const closed = clouds.alibaba.port;
  await clouds.alibaba.close();
  clouds.ec2.instead = (_, response) => {
    response.writeHead(403).end();
    return true;
  };
  await expect(find([clouds.ec2.port, closed])).rejects.toThrow(
    /Amazon EC2 \(127\.0\.0\.1\): HTTP 403 instead of a token; .*Alibaba Cloud \(127\.0\.0\.1\): ECONNREFUSED$/,
  );
  clouds.alibaba = await startFakeAlibabaMetadata();
});

type Hostile = (response: ServerResponse, request: IncomingMessage) => void;

const trickle: Hostile = response => {
  response.writeHead(200);
  const timer = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(timer));
};
const flood: Hostile = response => {
  response.writeHead(200);
  response.end(Buffer.alloc(1_000_000, 'a'));
};

describe('a token is not taken from', () => {
  it.each<[string, Hostile, RegExp]>([
    [
      'a redirect',
      response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      /HTTP 302/,
    ],
    ['a defect', response => response.writeHead(500).end('token'), /HTTP 500/],
    ['HTML', response => response.end('<html> <body>'), /something else than a token/],
    ['several lines', response => response.end('AQAE\r\nx-injected: 1'), /something else than a token/],
    ['an empty answer', response => response.end(''), /something else than a token/],
    ['a flood', flood, /an answer of more than 8 KiB/],
    ['a trickle', trickle, /no answer within 1 s/],
    [
      'an upgrade',
      response => {
        response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
      },
      /closed without an answer/,
    ],
    [
      'something that is no HTTP',
      response => void response.socket?.end('220 mail.example ESMTP\r\n'),
      /no HTTP \(HPE_INVALID_CONSTANT\)/,
    ],
    ['a closed connection', response => void response.socket?.destroy(), /ECONNRESET/],
  ])('%s', async (_sentence, hostile, words) => {
    clouds.ec2.instead = (request, response) => {
      hostile(response, request);
      return true;
    };
    await expect(find([clouds.ec2.port, nobody], 1_000)).rejects.toThrow(words);
    expect(clouds.ec2.requests).toEqual(['PUT /latest/api/token']);
  });
});

describe('an item', () => {
  it('is null where the service has none of that name, or nothing under it', async () => {
    clouds.ec2.items.set('public-ipv4', '');
    const { item } = await find([clouds.ec2.port, clouds.silent.port]);
    expect([await item('ipv6'), await item('public-ipv4')]).toEqual([null, null]);
  });

  it.each<[string, string | Buffer]>([
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0xfe])],
    ['an escape sequence', 'a\u001b[2Jb'],
    ['a turn of the direction of writing', 'a\u202eb'],
    ['a NUL', 'a\0b'],
  ])('with %s is refused', async (_sentence, body) => {
    clouds.ec2.items.set('hostname', body);
    const { item } = await find([clouds.ec2.port, clouds.silent.port]);
    await expect(item('hostname')).rejects.toMatchObject({
      code: 'metadata-refused',
      message:
        'the metadata service of Amazon EC2 (127.0.0.1) answers for hostname with something that is no line of text',
    });
  });

  it.each<[string, Hostile, RegExp]>([
    [
      'a redirect',
      response => response.writeHead(301, { location: '/latest/meta-data/mac' }).end(),
      /HTTP 301/,
    ],
    ['a defect', response => response.writeHead(500).end(), /HTTP 500/],
    ['a flood', flood, /more than 8 KiB/],
    ['a trickle', trickle, /no answer within 3 s/],
  ])('is refused as %s', async (_sentence, hostile, words) => {
    const { item } = await find([clouds.ec2.port, clouds.silent.port], 3_000);
    clouds.ec2.instead = (request, response) => {
      hostile(response, request);
      return true;
    };
    await expect(item('hostname')).rejects.toMatchObject({
      code: 'metadata-refused',
      message: expect.stringMatching(words),
    });
    expect(clouds.ec2.requests).toHaveLength(2);
  });
});

it('ends at once where it is stopped', async () => {
  const stop = new AbortController();
  const found = findMetadata({
    services: metadataServicesAt(clouds.silent.port, clouds.silent.port),
    signal: stop.signal,
    limitMs: 60_000,
  });
  stop.abort();
  await expect(found).rejects.toBe(stop.signal.reason);
});

it('takes no proxy from the environment', async () => {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end('AQAEA');
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const program = `
    import { findMetadata } from ${JSON.stringify(join(import.meta.dirname, '../../src/metadata/find-metadata.ts'))};
    import { request } from 'node:http';
    import { once } from 'node:events';
    const service = { cloud: 'Amazon EC2', host: '127.0.0.1', port: ${clouds.ec2.port}, tokenHeader: 'x-aws-ec2-metadata-token', ipv4Items: [] };
    const found = await findMetadata({ services: [service], signal: new AbortController().signal, limitMs: 5000 });
    console.log(await found.item('instance-id'));
    // That the environment is one that Node obeys.
    const [response] = await once(request({ host: '192.0.2.1', path: '/usual' }).end(), 'response');
    response.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { NODE_USE_ENV_PROXY: '1', http_proxy: url, HTTP_PROXY: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', piece => {
    printed += piece;
  });
  const [code] = await once(child, 'close');
  proxy.closeAllConnections();
  proxy.close();
  expect({ code, printed, seen }).toEqual({
    code: 0,
    printed: 'i-0123456789abcdef0\n',
    seen: ['GET http://192.0.2.1/usual'],
  });
});
