import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Absolute paths of what `scripts/test-programs` found or fetched. */
export type Programs = {
  readonly pebble: string;
  readonly challtestsrv: string;
  readonly nginx: string;
  /** LD_LIBRARY_PATH for nginx; empty where the machine has what it needs. */
  readonly nginxLibraryPath: string;
  /** libfaketime, for LD_PRELOAD. */
  readonly faketimeLibrary: string;
};

/** Quick where they are in the cache; fetches them otherwise, which needs the network. */
export function findPrograms(): Programs {
  const script = join(import.meta.dirname, '../../scripts/test-programs');
  const file = execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const text = readFileSync(file, 'utf8');
  const value = (name: string): string => {
    const line = text.split('\n').find(each => each.startsWith(`${name}=`));
    if (line === undefined) throw new Error(`${file} has no ${name}: run scripts/setup`);
    return line.slice(name.length + 1);
  };
  return {
    pebble: value('PEBBLE'),
    challtestsrv: value('CHALLTESTSRV'),
    nginx: value('NGINX'),
    nginxLibraryPath: value('NGINX_LIBRARY_PATH'),
    faketimeLibrary: value('FAKETIME_LIBRARY'),
  };
}
