import { readCommandLine } from '../config/words.ts';
import { CertdError } from '../core/errors.ts';
import type { FirstConfig } from '../core/first-config.ts';
import { isAddress } from '../core/ip-address.ts';
import { findMetadata } from '../metadata/find-metadata.ts';
import type { MetadataService } from '../metadata/services.ts';
import { initDomains } from './init-domains.ts';

/** What is typed for `certd init`. */
export type InitWords = {
  readonly domain: readonly string[];
  readonly email?: string;
  readonly agreeTos?: true;
  readonly webroot?: string;
  readonly standalone?: true;
  readonly hook: readonly string[];
  readonly ca?: string;
};

/** Instances answer at once, and a host elsewhere is not to wait long. */
const limitMs = 2000;

/** What the words of `certd init` ask for. Throws `usage`, `config-invalid`, `metadata-unreachable`, `metadata-refused`. */
export async function initChoice(
  words: InitWords,
  services: readonly MetadataService[],
): Promise<FirstConfig> {
  checkWords(words);
  for (const hook of words.hook) checkHook(hook);
  const signal = new AbortController().signal;
  const domains = await initDomains(words.domain, () => findMetadata({ services, signal, limitMs }));
  const ca = words.ca ?? null;
  // The one profile of Let’s Encrypt that has addresses; what another CA has for them is its own.
  const isShort = domains.some(isAddress) && /^letsencrypt(?:-staging)?$/.test(ca ?? 'letsencrypt');
  return {
    domains,
    email: words.email ?? null,
    ca,
    profile: isShort ? 'shortlived' : null,
    webroot: words.webroot ?? null,
    hooks: words.hook,
  };
}

function checkWords({ domain, agreeTos, webroot, standalone }: InitWords): void {
  const usage = (message: string) => new CertdError('usage', message);
  if (domain.length === 0) throw usage('--domain is missing: which names is the certificate for?');
  if (!agreeTos)
    throw usage('--agree-tos is missing: no CA issues without agreement to its terms of service');
  if (webroot !== undefined && standalone) throw usage('--webroot and --standalone exclude each other');
}

function checkHook(hook: string): void {
  const read = readCommandLine(hook);
  if ('problem' in read)
    throw new CertdError('config-invalid', `--hook ${JSON.stringify(hook)}: ${read.problem}`);
}
