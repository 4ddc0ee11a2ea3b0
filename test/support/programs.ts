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
  /** The tree that Apache httpd, HAProxy, Postfix and PostgreSQL are unpacked into. */
  readonly servers: string;
  /** LD_LIBRARY_PATH for all of them. */
  readonly serversLibraryPath: string;
  /** The directory of `postgres` and its tools, in that tree. */
  readonly postgresqlPrograms: string;
  readonly mandoc: string;
  /** The tree that systemd is unpacked into, `systemd-analyze` in it, and LD_LIBRARY_PATH for that. */
  readonly systemd: string;
  readonly systemdAnalyze: string;
  readonly systemdLibraryPath: string;
  /** They judge shell scripts. LD_LIBRARY_PATH is for shellcheck; empty where the machine has what it needs. */
  readonly shellcheck: string;
  readonly shellcheckLibraryPath: string;
  readonly busybox: string;
  /** Runs programs for ARM64, with LD_LIBRARY_PATH for it and the tree with the libraries for them; empty on such a machine. */
  readonly qemu: string;
  readonly qemuLibraryPath: string;
  readonly qemuMachine: string;
  /**
   * The AWS CLI and the Python that it is for, with PYTHONPATH for its modules and LD_LIBRARY_PATH. Empty on Ubuntu, which
   * has none.
   */
  readonly aws: string;
  readonly awsPython: string;
  readonly awsPythonPath: string;
  readonly awsLibraryPath: string;
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
    servers: value('SERVERS'),
    serversLibraryPath: value('SERVERS_LIBRARY_PATH'),
    postgresqlPrograms: value('POSTGRESQL_PROGRAMS'),
    mandoc: value('MANDOC'),
    systemd: value('SYSTEMD'),
    systemdAnalyze: value('SYSTEMD_ANALYZE'),
    systemdLibraryPath: value('SYSTEMD_LIBRARY_PATH'),
    shellcheck: value('SHELLCHECK'),
    shellcheckLibraryPath: value('SHELLCHECK_LIBRARY_PATH'),
    busybox: value('BUSYBOX'),
    qemu: value('QEMU_AARCH64'),
    qemuLibraryPath: value('QEMU_AARCH64_LIBRARY_PATH'),
    qemuMachine: value('QEMU_AARCH64_MACHINE'),
    aws: value('AWS'),
    awsPython: value('AWS_PYTHON'),
    awsPythonPath: value('AWS_PYTHON_PATH'),
    awsLibraryPath: value('AWS_LIBRARY_PATH'),
    faketimeLibrary: value('FAKETIME_LIBRARY'),
  };
}
