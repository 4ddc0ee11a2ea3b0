import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { openTransport } from '../../src/acme/transport.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';

it('an answer that is there before the loop goes on costs no second connection', async () => {
  const root = await makeCa('root of a CA in another thread');
  const server = await startServer(await makeLeaf(root, { domains: ['127.0.0.1'] }));
  const trust = createSecureContext({ ca: root.pem });
  const transport = openTransport({ trust, userAgent: 'certd/0', timeoutMs: 10_000 });
  onTestFinished(() => transport.close());
  const url = `https://127.0.0.1:${server.port}/`;
  const send = () => transport.send({ method: 'POST', url, body: '{}' }, AbortSignal.timeout(10_000));
  await send();

  // From a timer the request goes out ahead of the poll of the same turn, in which the answer is then read.
  const { promise: second, resolve } = Promise.withResolvers<Promise<unknown>>();
  setTimeout(() => {
    const answer = send();
    // As a busy machine does that gives the processor to the CA: `send` has written once its microtasks ran.
    process.nextTick(() => server.blockUntilAnswered(2));
    resolve(answer);
  });
  await second;
  await send();

  // The server counts an answer once it is out, by when it may have been read here.
  server.blockUntilAnswered(3);
  expect(server.counts()).toEqual({ requests: 3, connections: 1 });
});

it('an answer that came before all was sent is one, though the rest never goes out', async () => {
  const root = await makeCa('root of a CA that does not listen');
  const leaf = await makeLeaf(root, { domains: ['127.0.0.1'] });
  const server = createServer({ cert: leaf.pem, key: leaf.keyPem }, socket => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const trust = createSecureContext({ ca: root.pem });
  const transport = openTransport({ trust, userAgent: 'certd/0', timeoutMs: 5_000 });
  onTestFinished(() => transport.close());
  // More than the buffers of both ends hold.
  const request = {
    method: 'POST',
    url: `https://127.0.0.1:${port}/`,
    body: 'x'.repeat(16 * 1024 * 1024),
  } as const;
  expect(await transport.send(request, AbortSignal.timeout(60_000))).toMatchObject({
    status: 413,
    body: '{}',
  });
});

type Server = {
  readonly port: number;
  counts(): { readonly requests: number; readonly connections: number };
  /** Holds this thread, and with it the loop. */
  blockUntilAnswered(requests: number): void;
};

/** Counts in memory that this thread reads without its loop. */
async function startServer(leaf: { readonly pem: string; readonly keyPem: string }): Promise<Server> {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(serverSource, {
    eval: true,
    workerData: { counts, cert: leaf.pem, key: leaf.keyPem },
  });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = await once(worker, 'message');
  return {
    port,
    counts: () => ({ requests: Atomics.load(counts, 0), connections: Atomics.load(counts, 1) }),
    blockUntilAnswered: requests => {
      for (let seen = Atomics.load(counts, 0); seen < requests; seen = Atomics.load(counts, 0))
        if (Atomics.wait(counts, 0, seen, 10_000) === 'timed-out') throw new Error('no answer came');
    },
  };
}

const serverSource = `
  const { createServer } = require('node:https');
  const { parentPort, workerData: { counts, cert, key } } = require('node:worker_threads');
  const server = createServer({ cert, key });
  server.on('secureConnection', () => Atomics.add(counts, 1, 1));
  server.on('request', (request, response) => {
    request.resume().once('end', () => response.end('{}', () => {
      Atomics.add(counts, 0, 1);
      Atomics.notify(counts, 0);
    }));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
