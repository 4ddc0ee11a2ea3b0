import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { probe } from '../../src/endpoint/probe.ts';
import { type EndpointPki, limitOf, lookAt, makeEndpointPki, pkiEnd } from '../support/endpoint-pki.ts';
import { tcpServer, tlsServer } from '../support/endpoint-servers.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';
import { makeEndpoint } from '../support/make-observed.ts';
import { freePorts } from '../support/ports.ts';
import { ownDir } from '../support/state-dir.ts';

let pki: EndpointPki;

beforeAll(async () => {
  pki = await makeEndpointPki();
});

const good = (pair: { readonly fingerprint: string }) => ({
  kind: 'leaf',
  fingerprintSha256: pair.fingerprint,
  notAfter: pkiEnd,
  fault: null,
});

describe('a look at a TLS server', () => {
  it.each(['127.0.0.1', '::1'])('finds what it presents at %s', async host => {
    const port = await tlsServer(pki.ecdsa, host);
    expect(await lookAt(pki, { host, port })).toEqual(good(pki.ecdsa));
  });

  it.each(['127.0.0.1', '::1'])('finds it by the name localhost where it listens at %s alone', async host => {
    const port = await tlsServer(pki.ecdsa, host);
    expect(await lookAt(pki, { host: 'localhost', port })).toEqual(good(pki.ecdsa));
  });

  it('names the server that it wants, and no address', async () => {
    const asked: unknown[] = [];
    const port = await tlsServer({
      ...pki.ecdsa,
      SNICallback: (name, answer) => {
        asked.push(name);
        answer(null);
      },
    });
    await lookAt(pki, { port, serverName: 'a.example' });
    expect(await lookAt(pki, { port, serverName: '127.0.0.1' })).toEqual(good(pki.ecdsa));
    expect(asked).toEqual(['a.example']);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'finds of RSA beside ECDSA the one that is meant, by %s',
    async version => {
      const both = { cert: [pki.rsa.cert, pki.ecdsa.cert], key: [pki.rsa.key, pki.ecdsa.key] };
      const port = await tlsServer({ ...both, minVersion: version, maxVersion: version });
      expect(await lookAt(pki, { port }, { family: 'rsa' })).toEqual(good(pki.rsa));
      expect(await lookAt(pki, { port }, { family: 'ecdsa' })).toEqual(good(pki.ecdsa));
      const one = await tlsServer({ ...pki.rsa, minVersion: version, maxVersion: version });
      expect(await lookAt(pki, { port: one }, { family: 'ecdsa' })).toEqual({
        kind: 'none',
        detail:
          'the server shares no way with the client: it may have no certificate with a key of this type (ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE)',
      });
    },
  );

  it('misses an intermediate certificate, and names it', async () => {
    const port = await tlsServer({ ...pki.ecdsa, cert: pki.ecdsa.leafPem });
    expect(await lookAt(pki, { port })).toEqual({
      ...good(pki.ecdsa),
      fault: {
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        words:
          'no trusted root signed the leaf, and no intermediate certificate came with it: the certificate of endpoint intermediate is missing',
      },
    });
  });

  it('misses one where another came in its place', async () => {
    const stranger = await makeCa('stranger');
    const port = await tlsServer({ ...pki.ecdsa, cert: pki.ecdsa.leafPem + stranger.pem });
    expect(await lookAt(pki, { port })).toMatchObject({
      kind: 'leaf',
      fingerprintSha256: pki.ecdsa.fingerprint,
      fault: {
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        words: expect.stringContaining('the certificate of endpoint intermediate is missing'),
      },
    });
  });

  it('finds a wrong name and an end that has passed', async () => {
    const port = await tlsServer(pki.ecdsa);
    expect(await lookAt(pki, { port, serverName: 'b.example' })).toEqual({
      ...good(pki.ecdsa),
      fault: { code: 'ERR_TLS_CERT_ALTNAME_INVALID', words: 'it is not for b.example' },
    });
    const notAfter = new Date('2020-01-01T00:00:00Z');
    const notBefore = new Date('2019-01-01T00:00:00Z');
    const old = await makeLeaf(pki.intermediate, { domains: ['a.example'], notBefore, notAfter });
    const late = await tlsServer({ cert: old.pem + pki.intermediate.pem, key: old.keyPem });
    expect(await lookAt(pki, { port: late })).toMatchObject({
      kind: 'leaf',
      notAfter: notAfter.getTime(),
      fault: {
        code: 'CERT_HAS_EXPIRED',
        words: 'a certificate of the chain, or its root, has expired',
      },
    });
  });
});

describe('a server that wants a certificate of its clients', () => {
  it.each(['-tls1_2', '-tls1_3'])('has completed the handshake for %s', async version => {
    const port = await opensslServer(pki.ecdsa, [version, '-Verify', '1', '-verify_return_error']);
    expect(await lookAt(pki, { port })).toEqual(good(pki.ecdsa));
  });

  it.each(['-tls1_2', '-tls1_3'])('is found untrusted all the same where it is, for %s', async version => {
    const bare = { ...pki.ecdsa, cert: pki.ecdsa.leafPem };
    const port = await opensslServer(bare, [version, '-Verify', '1', '-verify_return_error']);
    const missing = { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
    expect(await lookAt(pki, { port })).toMatchObject({ ...good(pki.ecdsa), fault: missing });
    const whole = await opensslServer(pki.ecdsa, [version, '-Verify', '1', '-verify_return_error']);
    const fault = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', words: 'it is not for b.example' };
    expect(await lookAt(pki, { port: whole, serverName: 'b.example' })).toMatchObject({ fault });
  });
});

describe('where there is no handshake, the reason is told', () => {
  it.each<[string, Parameters<typeof tcpServer>[0], string]>([
    [
      'closes at once',
      socket => socket.end(),
      'the connection was closed before the handshake was complete (ECONNRESET)',
    ],
    [
      'breaks the connection',
      socket => socket.once('data', () => socket.resetAndDestroy()),
      'the connection was closed before the handshake was complete (ECONNRESET)',
    ],
    ['says nothing', () => {}, 'no TLS handshake within 0.3 s'],
    [
      'says nothing and is done with saying',
      socket => socket.resume().end(),
      'the connection was closed before the handshake was complete (ECONNRESET)',
    ],
    [
      'speaks HTTP',
      socket => void socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
      'what answers there does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
    ['floods', flood, 'what answers there does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)'],
  ])('of a server that %s', async (_, talk, detail) => {
    const port = await tcpServer(talk);
    expect(await lookAt(pki, { port, ...limitOf(detail) })).toEqual({ kind: 'none', detail });
  });

  it('of a server that begins a handshake and never ends it', async () => {
    // A record of the handshake, of which one octet in ten milliseconds comes.
    const port = await tcpServer(socket => {
      socket.write(Buffer.from('1603030400', 'hex'));
      const timer = setInterval(() => socket.write(Buffer.of(2)), 10);
      socket.once('close', () => clearInterval(timer));
    });
    const detail = 'no TLS handshake within 0.3 s';
    expect(await lookAt(pki, { port, ...limitOf(detail) })).toEqual({ kind: 'none', detail });
  });

  it('of a server that promises a chain without an end', async () => {
    const port = await tcpServer(socket => {
      // ServerHello comes first in an honest one; a client gives up what is longer than it wants.
      socket.write(Buffer.from('160303000402ffffff', 'hex'));
    });
    expect(await lookAt(pki, { port })).toEqual({
      kind: 'none',
      detail: 'no TLS client gets through to it (ERR_SSL_EXCESSIVE_MESSAGE_SIZE)',
    });
  });

  it('of a port where nothing listens, and of a name that has no address', async () => {
    const [port = 0] = await freePorts(1);
    expect(await lookAt(pki, { port })).toEqual({
      kind: 'none',
      detail: 'nothing listens there (ECONNREFUSED)',
    });
    expect(await lookAt(pki, { host: 'localhost', port })).toEqual({
      kind: 'none',
      detail: 'nothing listens there (ECONNREFUSED)',
    });
    expect(await lookAt(pki, { host: 'a.invalid', port })).toMatchObject({
      kind: 'none',
      detail: expect.stringMatching(/^(there is no address for this name|the resolver does not answer) \(E/),
    });
  });
});

it('ends at once where certd is being stopped, before and meanwhile', async () => {
  const stop = new AbortController();
  const port = await tcpServer(socket => socket.once('data', () => stop.abort()));
  const stopped = { code: 'stopped' };
  await expect(lookAt(pki, { port }, { signal: stop.signal })).rejects.toMatchObject(stopped);
  await expect(lookAt(pki, { port }, { signal: stop.signal })).rejects.toMatchObject(stopped);
});

it('waits for no answer of the resolver', async () => {
  const endpoint = makeEndpoint({ host: 'silent.example', timeoutMs: 100 });
  const lookups = () => ({ lookup: () => {} });
  const trust = createSecureContext();
  expect(await probe(endpoint, { trust, lookups }, new AbortController().signal)).toEqual({
    kind: 'none',
    detail: 'no TCP connection within 0.1 s',
  });
});

/** s_server answers for what node:tls cannot: it refuses a client without a certificate by an alert. */
async function opensslServer(
  { cert, key }: { readonly cert: string; readonly key: string },
  more: readonly string[],
): Promise<number> {
  const dir = ownDir();
  const [port = 0] = await freePorts(1);
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem'), root: join(dir, 'root.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  writeFileSync(files.root, pki.root.pem);
  const argv = ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', files.cert, '-cert_chain', files.cert];
  const server = spawn('openssl', [...argv, '-key', files.key, '-CAfile', files.root, ...more], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await once(server, 'close');
  });
  // It says ACCEPT when it listens.
  for await (const chunk of server.stdout) if (String(chunk).includes('ACCEPT')) break;
  return port;
}

function flood(socket: Parameters<Parameters<typeof tcpServer>[0]>[0]): void {
  const block = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', more);
  more();
}
