import { caaPracticeOf } from '../config/authorities.ts';
import type { Authority, Config } from '../config/config.ts';
import { asCertdError } from '../core/errors.ts';
import type { SeenCa } from '../doctor/names/seen-names.ts';
import { readRegistration } from '../store/account.ts';
import { type Layout, layoutAt } from '../store/layout.ts';

/** What is known here of the CAs of a configuration, without asking them. */
export function seenCas({ authorities }: Config, stateDir: string): ReadonlyMap<string, SeenCa> {
  const layout = layoutAt(stateDir);
  return new Map([...authorities.values()].map(authority => [authority.name, seenCa(authority, layout)]));
}

function seenCa({ name, directoryUrl, validationPort }: Authority, layout: Layout): SeenCa {
  return {
    name,
    caa: caaPracticeOf(name, directoryUrl),
    account: accountAt(directoryUrl, layout),
    port: validationPort,
  };
}

/** The issuer may have left anything there; it stops nothing else from being looked at. */
function accountAt(directoryUrl: string, layout: Layout): SeenCa['account'] {
  try {
    const url = readRegistration(layout, directoryUrl)?.url;
    return url === undefined ? { kind: 'none' } : { kind: 'registered', url };
  } catch (thrown) {
    if (asCertdError(thrown).code === 'internal-error') throw thrown;
    return { kind: 'unreadable' };
  }
}
