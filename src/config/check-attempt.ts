import type { Entry, Located } from './entries.ts';
import type { Source } from './parse.ts';
import { at } from './schema-findings.ts';

/**
 * Commands around an attempt to order run with the rights of whoever orders: an issuer that hands deploys to another process
 * has none to stop or start a server with (contract section 2).
 */
export function attemptFindings(main: Source, entries: readonly Entry[]): Located[] {
  const holders: readonly Pick<Entry, 'source' | 'path'>[] = [
    { source: main, path: ['defaults'] },
    ...entries,
  ];
  return holders.flatMap(({ source, path }) => {
    const place = [...path, 'attempt'];
    const lists = [at(source.data, [...place, 'before']), at(source.data, [...place, 'after'])];
    if (!lists.some(list => Array.isArray(list) && list.length > 0)) return [];
    return [{ source, finding: { code: 'config-invalid', path: place, onKey: true, message } }];
  });
}

const message =
  '`attempt` is for one process that orders and deploys; with --deploy=external the one that orders may run nothing. Answer challenges by webroot, so that no server has to stop for them, and put what a new certificate needs into `deploy.hooks`';
