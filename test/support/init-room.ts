import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InitOptions, initCommand } from '../../src/commands/init.ts';
import { realDisk } from '../../src/store/disk.ts';
import { captured } from './captured.ts';
import { metadataServicesAt } from './metadata-services-at.ts';
import { somebody } from './other-users.ts';
import { ownDir } from './state-dir.ts';

const tableHead =
  'sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n';

/** `webroot` null: none is given. */
export type InitWords = Partial<Omit<InitOptions, 'webroot'>> & { readonly webroot?: string | null };

/** A host of its own: nobody listens on port 80, and there is no user `certd`, until the test says so. */
export function initRoom() {
  const dir = ownDir();
  const at = (path: string) => join(dir, path);
  mkdirSync(at('proc/net'), { recursive: true });
  writeFileSync(at('passwd'), 'root:x:0:0::/root:/bin/sh\n');
  const host = {
    services: metadataServicesAt(1, 1),
    proc: at('proc'),
    passwd: at('passwd'),
    disk: realDisk,
  };
  const places = { config: at('etc/config.yaml'), stateDir: at('state'), runtimeDir: at('run') };
  const words = { domain: ['a.example'], agreeTos: true, webroot: at('www'), hook: [] } as const;
  const run = (more: InitWords, disk = host.disk, services = host.services) => {
    const { webroot, ...rest } = { ...places, ...words, ...more };
    const given = webroot === null ? rest : { ...rest, webroot };
    return initCommand(given, { ...host, disk, services });
  };
  const init = (more: InitWords = {}, disk = host.disk, services = host.services) =>
    captured(() => run(more, disk, services));
  const fails = async (more: InitWords) => {
    let error: unknown;
    const { err } = await captured(() =>
      run(more).catch((thrown: unknown) => {
        error = thrown;
        return 1;
      }),
    );
    return { error, err };
  };
  return {
    at,
    init,
    fails,
    config: places.config,
    written: () => readFileSync(places.config, 'utf8'),
    listenOnPort80: (pid?: number, program = 'nginx') => {
      const zeros = '00000000:00000000 00:00000000 00000000';
      writeFileSync(
        at('proc/net/tcp'),
        `${tableHead}0: 00000000:0050 00000000:0000 0A ${zeros} 0 0 500 1 0\n`,
      );
      if (pid === undefined) return;
      mkdirSync(at(`proc/${pid}/fd`), { recursive: true });
      writeFileSync(at(`proc/${pid}/comm`), `${program}\n`);
      symlinkSync('socket:[500]', at(`proc/${pid}/fd/3`));
    },
    withCertd: () => writeFileSync(at('passwd'), `certd:x:${somebody.uid}:${somebody.gid}::/:/bin/false\n`),
  };
}
