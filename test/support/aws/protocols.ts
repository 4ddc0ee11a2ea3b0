import type { IncomingHttpHeaders } from 'node:http';
import { type AwsInput, isRefusal, refusal } from './aws-service.ts';
import { checkInput, type ServiceModel } from './input-model.ts';

export type AwsRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type AwsAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** How a service is asked, and how it answers. */
export type Protocol = {
  /** Throws what is refused before the service looks at it. */
  read(request: AwsRequest): { readonly operation: string; readonly input: AwsInput };
  answer(operation: string, output: unknown): AwsAnswer;
  refuse(thrown: unknown): AwsAnswer;
};

/** AWS JSON 1.1, held to the model of the service. */
export function jsonProtocol(model: ServiceModel): Protocol {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return {
    read: request => {
      const [prefix, operation = ''] = String(request.headers['x-amz-target']).split('.');
      if (prefix !== model.metadata.targetPrefix || !Object.hasOwn(model.operations, operation))
        throw refusal('UnknownOperationException', `${prefix} has no ${operation}`);
      const input = JSON.parse(request.body.toString());
      checkInput(model, operation, input);
      return { operation, input };
    },
    answer: (_, output) => ({ status: 200, headers, body: JSON.stringify(output) }),
    refuse: thrown => {
      const { code, message } = described(thrown);
      return { status: 400, headers, body: JSON.stringify({ __type: code, message }) };
    },
  };
}

/** The query protocol of Amazon EC2. The input are its fields as they are named; the output is XML. */
export const queryProtocol: Protocol = {
  read: ({ body }) => {
    const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body.toString()));
    return { operation: Action, input };
  },
  answer: (operation, output) => ({
    status: 200,
    body: `<${operation}Response>${output}</${operation}Response>`,
  }),
  refuse: thrown => {
    const { code, message } = described(thrown);
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status: 400, body: `<Response><Errors>${error}</Errors></Response>` };
  },
};

/** The service that a request is signed for (Signature Version 4). The signature itself is left to the CLI. */
export function signedFor(authorization: string | undefined): string {
  const scope = /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/[a-z0-9-]+\/([a-z0-9]+)\/aws4_request, /;
  return scope.exec(authorization ?? '')?.[1] ?? '';
}

function described(thrown: unknown): { code: string; message: string } {
  return isRefusal(thrown) ? thrown : { code: 'NotInTheFake', message: String(thrown) };
}
