import { CertdError, logFields } from '../core/errors.ts';
import { type ChainRoot, isPreferred, rootText } from '../core/issue/preferred-chain.ts';
import type { Download } from '../core/ports.ts';
import type { Log } from '../log.ts';
import { rootOf } from '../x509/chain-root.ts';

type Choice = {
  /** The certificate's name. */
  readonly name: string;
  readonly preferred: string | null;
  /** Why a chain must not be served; empty where it may. */
  readonly judge: (fullchainPem: string) => Promise<readonly string[]>;
  readonly log: Log;
};

/**
 * The chain to serve: the preferred one, else the CA's own choice, else another one that it offers, as long as the gate
 * lets it pass. No other chain is asked for where the first will do. Throws `gate-refused` with the reasons of each
 * where none passes.
 */
export async function chooseChain(download: Download, choice: Choice): Promise<string> {
  const { name, preferred, log } = choice;
  const tried = await tryChains(download, choice);
  const { taken, refused } = tried;
  if (taken === null) {
    const why = refused.length === 1 ? refused.flatMap(({ reasons }) => reasons) : refused.map(refusalText);
    throw new CertdError('gate-refused', `the certificate for ${name} is refused: ${why.join('; ')}`);
  }
  for (const each of refused) {
    log.info({ certificate: name, reason: refusalText(each) }, 'chain passed over');
  }
  if (preferred !== null && !isPreferred(rootOf(taken), preferred)) {
    log.warn({ certificate: name, ...logFields(notPreferred(preferred, tried)) }, 'another chain was taken');
  }
  return taken;
}

type Refused = { readonly root: ChainRoot; readonly reasons: readonly string[] };

type Tried = {
  readonly taken: string | null;
  readonly offered: readonly ChainRoot[];
  readonly refused: readonly Refused[];
};

async function tryChains(download: Download, { preferred, judge }: Choice): Promise<Tried> {
  const offered: ChainRoot[] = [];
  const refused: Refused[] = [];
  let second: string | null = null;
  for await (const pem of chainsOf(download)) {
    const root = rootOf(pem);
    offered.push(root);
    const wanted = preferred === null || isPreferred(root, preferred);
    if (!wanted && second !== null) continue;
    const reasons = await judge(pem);
    if (reasons.length > 0) refused.push({ root, reasons });
    else if (wanted) return { taken: pem, offered, refused };
    else second = pem;
  }
  return { taken: second, offered, refused };
}

async function* chainsOf({ chainPem, alternates }: Download): AsyncGenerator<string> {
  yield chainPem;
  yield* alternates();
}

function refusalText({ root, reasons }: Refused): string {
  return `the chain to ${rootText(root)}: ${reasons.join('; ')}`;
}

function notPreferred(preferred: string, { offered, refused }: Tried): CertdError {
  const bad = refused.filter(({ root }) => isPreferred(root, preferred)).map(refusalText);
  const lead = `its chains lead to ${offered.map(rootText).join(', ')}`;
  const why =
    bad.length > 0 ? bad.join('; ') : `the CA offers no chain to the preferred root "${preferred}": ${lead}`;
  return new CertdError('chain-not-preferred', why);
}
