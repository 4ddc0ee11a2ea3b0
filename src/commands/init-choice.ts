import { readCommandLine } from '../config/words.ts';
import { CertdError } from '../core/errors.ts';
import type { FirstConfig } from '../core/host/first-config.ts';
import { isAddress } from '../core/text/ip-address.ts';
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
  words.hook.forEach(checkHook);
  checkCa(words.ca);
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

/** Hooks and URLs have tokens in them, and what `certd init` says lands in the logs of a cloud: they are never quoted. */
function checkHook(hook: string, index: number): void {
  const read = readCommandLine(hook);
  if ('problem' in read)
    throw new CertdError('config-invalid', `--hook, number ${index + 1}: ${read.problem}`);
}

function checkCa(ca: string | undefined): void {
  if (ca !== undefined && /[:/?]/.test(ca))
    throw new CertdError(
      'config-invalid',
      '--ca is a name such as letsencrypt; a CA with a URL of its own is written into the configuration',
    );
}
