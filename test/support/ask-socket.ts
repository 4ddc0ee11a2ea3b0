import { request } from 'node:http';

export type SocketAnswer = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
};

/** GET over a Unix socket with Node's own client, as a stranger to certd's. */
export function askSocket(socketPath: string, path: string): Promise<SocketAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SocketAnswer>();
  const sent = request({ socketPath, path, agent: false }, response => {
    const chunks: Buffer[] = [];
    response.on('data', chunk => chunks.push(chunk));
    response.once('error', reject);
    response.once('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        body: Buffer.concat(chunks).toString('utf8'),
      }),
    );
  });
  sent.once('error', reject);
  sent.end();
  return promise;
}
