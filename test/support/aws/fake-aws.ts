import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findPrograms } from '../programs.ts';
import type { AwsInput, AwsService } from './aws-service.ts';
import { fakeEc2 } from './fake-ec2.ts';
import { fakeEcs } from './fake-ecs.ts';
import { fakeLogs } from './fake-logs.ts';
import { fakeS3 } from './fake-s3.ts';
import { fakeSsm } from './fake-ssm.ts';
import { readModel } from './input-model.ts';
import {
  type AwsAnswer,
  type AwsRequest,
  jsonProtocol,
  type Protocol,
  queryProtocol,
  signedFor,
} from './protocols.ts';

type AwsCall = { readonly service: string; readonly operation: string; readonly input: AwsInput };

export type FakeAws = {
  readonly url: string;
  /** What was asked for and not refused, oldest first. Of S3 nothing: its objects are there to see. */
  readonly calls: readonly AwsCall[];
  close(): Promise<void>;
};

/**
 * AWS for the AWS CLI: what the model of a service or this service itself rules out is refused, the rest noted. `buckets` is a
 * directory with one for each bucket, `parameters` what is in Parameter Store, and the one cluster of ECS is `web`.
 */
export async function startFakeAws(
  buckets: string,
  parameters: ReadonlyMap<string, string> = new Map(),
): Promise<FakeAws> {
  const calls: AwsCall[] = [];
  const answer = answerer(buckets, parameters, call => calls.push(call));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers: sent } = request;
      const body = Buffer.concat(chunks);
      const said = answer({ method, url: new URL(url, 'http://127.0.0.1'), headers: sent, body });
      response.writeHead(said.status, said.headers).end(said.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function answerer(
  buckets: string,
  parameters: ReadonlyMap<string, string>,
  note: (call: AwsCall) => void,
): (request: AwsRequest) => AwsAnswer {
  const { awsPythonPath } = findPrograms();
  const json = (service: string) => jsonProtocol(readModel(awsPythonPath, service));
  const services = new Map<string, readonly [Protocol, AwsService]>([
    ['ec2', [queryProtocol, fakeEc2]],
    ['ecs', [json('ecs'), fakeEcs('web')]],
    ['logs', [json('logs'), fakeLogs()]],
    ['ssm', [json('ssm'), fakeSsm(parameters)]],
  ]);
  const s3 = fakeS3(buckets);
  return request => {
    const name = signedFor(request.headers.authorization);
    if (name === 's3') return s3(request);
    const [protocol, service] = services.get(name) ?? [queryProtocol, {}];
    try {
      const { operation, input } = protocol.read(request);
      const perform = service[operation];
      if (perform === undefined) throw new Error(`${name} ${operation}`);
      const said = protocol.answer(operation, perform(input));
      note({ service: name, operation, input });
      return said;
    } catch (thrown) {
      return protocol.refuse(thrown);
    }
  };
}
