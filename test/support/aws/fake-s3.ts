import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AwsAnswer, AwsRequest } from './protocols.ts';

/**
 * Amazon S3 with a bucket for each directory below `buckets`, addressed by path. An object is the file of its key, and comes and
 * goes in one request.
 */
export function fakeS3(buckets: string): (request: AwsRequest) => AwsAnswer {
  return ({ method, url, headers, body }) => {
    const [bucket = '', ...key] = decodeURIComponent(url.pathname).slice(1).split('/');
    const home = join(buckets, bucket);
    const file = join(home, ...key);
    if (!existsSync(home)) return error(404, 'NoSuchBucket');
    if (!file.startsWith(`${home}/`) || url.search !== '') return error(400, 'InvalidRequest');
    if (headers['x-amz-content-sha256'] !== digest('sha256', body).toString('hex'))
      return error(400, 'XAmzContentSHA256Mismatch');
    if (method === 'PUT') return write(file, body);
    if (!existsSync(file)) return error(404, 'NoSuchKey');
    return { status: 200, ...describe(readFileSync(file), method === 'GET') };
  };
}

function write(file: string, body: Buffer): AwsAnswer {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, body);
  return { status: 200, headers: { etag: tag(body) } };
}

function describe(body: Buffer, isWhole: boolean): Pick<AwsAnswer, 'headers' | 'body'> {
  const headers = {
    etag: tag(body),
    'content-length': String(body.length),
    'last-modified': new Date(0).toUTCString(),
  };
  return isWhole ? { headers, body } : { headers };
}

function tag(body: Buffer): string {
  return `"${digest('md5', body).toString('hex')}"`;
}

function digest(name: string, body: Buffer): Buffer {
  return createHash(name).update(body).digest();
}

function error(status: number, code: string): AwsAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}
