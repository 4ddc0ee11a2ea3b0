import { asCertdError, CertdError } from '../core/errors.ts';
import { chainIn } from './chain-answer.ts';
import { linksOf } from './link-header.ts';
import { refusal } from './problem.ts';
import { askOrMissing, type Work } from './work.ts';

/** Above what any CA has: each costs a request. */
const mostAlternates = 10;

/** The answer that the CA's default chain came with. */
type Default = { readonly url: string; readonly link: string | undefined; readonly leaf: string };

/**
 * The other chains for a certificate (RFC 8555 §7.4.2), each fetched when it is asked for. One that cannot be had, or is
 * for another certificate, is left out with a warning: nothing depends on it.
 */
export async function* alternateChains(work: Work, { url, link, leaf }: Default): AsyncGenerator<string> {
  const targets = new Set(linksOf(link, 'alternate'));
  for (const target of [...targets].slice(0, mostAlternates)) {
    const pem = await alternate(work, URL.parse(target, url)?.href ?? target, leaf);
    if (pem !== null) yield pem;
  }
}

async function alternate(work: Work, url: string, leaf: string): Promise<string | null> {
  try {
    const answer = await askOrMissing(work, 'certificate', url, null);
    if (answer.status !== 200) throw refusal(answer, 'certificate', work.limits.clock.now());
    const chain = chainIn(answer.data);
    if (chain[0] !== leaf) throw new CertdError('ca-malformed', 'It is for another certificate.');
    return chain.join('');
  } catch (thrown) {
    const { code, message, facts } = asCertdError(thrown);
    if (code === 'stopped') throw thrown;
    work.warn(new CertdError(code, `Another chain that the CA offers cannot be had: ${message}`, { facts }));
    return null;
  }
}
