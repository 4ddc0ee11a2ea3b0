import { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { exchange } from './exchange.ts';
import { itemText } from './item-text.ts';
import type { MetadataService } from './services.ts';

export type MetadataOptions = {
  readonly services: readonly MetadataService[];
  readonly signal: AbortSignal;
  /** For each request; a service that is not there mostly says nothing at all. */
  readonly limitMs: Millis;
};

/** The metadata of this instance. */
export type Metadata = {
  readonly service: MetadataService;
  /**
   * The text of one item below `/latest/meta-data/`; null where the service has none of that name or an empty one. Throws
   * `metadata-refused` for anything else.
   */
  item(path: string): Promise<string | null>;
};

/**
 * Asks every service at once for a token: the first that gives one is that of this instance. Throws
 * `metadata-unreachable`, with what each of them did instead; an abort rejects with the signal’s reason.
 */
export async function findMetadata({ services, signal, limitMs }: MetadataOptions): Promise<Metadata> {
  const others = new AbortController();
  const both = AbortSignal.any([signal, others.signal]);
  try {
    const found = await Promise.any(
      services.map(async service => ({ service, token: await tokenOf(service, limitMs, both) })),
    );
    return {
      service: found.service,
      item: path => itemOf(found.service, found.token, path, { signal, limitMs }),
    };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AggregateError)) throw thrown;
    const answers = services.map((service, index) => `${named(service)}: ${thrown.errors[index]?.message}`);
    throw new CertdError(
      'metadata-unreachable',
      `no cloud says what this instance is: ${answers.join('; ')}`,
      {
        cause: thrown,
      },
    );
  } finally {
    others.abort();
  }
}

async function tokenOf(service: MetadataService, limitMs: Millis, signal: AbortSignal): Promise<string> {
  const { host, port, tokenHeader } = service;
  const headers = { [`${tokenHeader}-ttl-seconds`]: 60, 'content-length': 0 };
  const asked = { host, port, method: 'PUT', path: '/latest/api/token', headers } as const;
  const { status, body } = await exchange(asked, limitMs, signal);
  if (status !== 200) throw new Error(`HTTP ${status} instead of a token`);
  const token = body.toString('latin1');
  // It becomes the value of a header.
  if (!/^[\x21-\x7e]{1,1024}$/.test(token)) throw new Error('something else than a token');
  return token;
}

async function itemOf(
  service: MetadataService,
  token: string,
  path: string,
  { signal, limitMs }: Pick<MetadataOptions, 'signal' | 'limitMs'>,
): Promise<string | null> {
  const { host, port, tokenHeader } = service;
  const headers = { [tokenHeader]: token };
  const asked = { host, port, method: 'GET', path: `/latest/meta-data/${path}`, headers } as const;
  const refused = (what: string, cause?: unknown) =>
    new CertdError('metadata-refused', `${named(service)} answers for ${path} with ${what}`, { cause });
  const answer = await exchange(asked, limitMs, signal).catch((thrown: Error) => {
    throw refused(thrown.message, thrown);
  });
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw refused(`HTTP ${answer.status}`);
  const text = itemText(answer.body);
  if (text === null) throw refused('something that is no line of text');
  return text === '' ? null : text;
}

function named({ cloud, host }: MetadataService): string {
  return `the metadata service of ${cloud} (${host})`;
}
