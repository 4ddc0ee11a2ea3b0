import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canBeOtherUsers } from './other-users.ts';
import type { Programs } from './programs.ts';
import { type RunningProcess, startProcess } from './run-process.ts';
import { waitUntil, waitUntilListening } from './wait-until.ts';

export type TestNginx = {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Where challenge files go; served under `/.well-known/acme-challenge/` for every name. */
  readonly webroot: string;
  /** A script that is nginx with this configuration: `${program} -s reload`. */
  readonly program: string;
  /** The argv of an operator's reload, for deploy hooks. */
  readonly reload: readonly [string, string, string];
  /** Every `*.conf` in it is part of the configuration. */
  readonly sitesDir: string;
  /** The running master. */
  process(): RunningProcess;
  /** How often the master was told to reload since the stack began. */
  reloadCount(): Promise<number>;
  /** Writes a TLS site that reads `liveDir`, as an operator would, and reloads. */
  addTlsSite(site: { readonly serverName: string; readonly liveDir: string }): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
};

/**
 * nginx as an operator has it before the first certificate: port 80 answers challenges from the webroot, and
 * there is no TLS site, since one without a certificate would keep nginx from starting. `addTlsSite` puts it
 * there once the certificate exists; from then on only deploy hooks reload.
 */
export async function startNginx(
  programs: Programs,
  dir: string,
  ports: { readonly http: number; readonly https: number },
): Promise<TestNginx> {
  const paths = {
    program: join(dir, 'bin', 'nginx'),
    webroot: join(dir, 'webroot'),
    sitesDir: join(dir, 'sites'),
    config: join(dir, 'nginx.conf'),
    errorLog: join(dir, 'nginx-error.log'),
    pidFile: join(dir, 'nginx.pid'),
    toldFile: join(dir, 'nginx-told'),
  };
  await writeFile(paths.toldFile, '');
  for (const each of [join(dir, 'bin'), paths.webroot, paths.sitesDir]) await mkdir(each, { mode: 0o755 });
  await writeFile(paths.config, mainConfig(dir, paths, ports.http, workerUser()));
  await writeFile(paths.program, wrapper(programs, paths), { mode: 0o755 });
  const start = () => startMaster(dir, paths, ports.http);
  let master = await start();
  const reload = [paths.program, '-s', 'reload'] as const;
  return {
    httpPort: ports.http,
    httpsPort: ports.https,
    webroot: paths.webroot,
    program: paths.program,
    reload,
    sitesDir: paths.sitesDir,
    process: () => master,
    reloadCount: () => linesWith('reload', paths.toldFile),
    addTlsSite: async site => {
      await writeFile(join(paths.sitesDir, `${site.serverName}.conf`), tlsSite(site, ports.https));
      await promisify(execFile)(paths.program, ['-t']);
      const heard = () => linesWith('(SIGHUP) received', paths.errorLog);
      const before = await heard();
      await promisify(execFile)(reload[0], reload.slice(1));
      await waitUntil('nginx reads its configuration again', async () =>
        (await heard()) > before ? true : null,
      );
      await waitUntilListening('the TLS site of nginx', { port: ports.https }, master);
    },
    stop: () => master.stop('SIGTERM'),
    start: async () => {
      master = await start();
    },
  };
}

async function startMaster(
  dir: string,
  paths: { program: string; pidFile: string },
  port: number,
): Promise<RunningProcess> {
  const master = await startProcess({
    name: 'nginx',
    argv: [paths.program, '-g', 'daemon off;'],
    cwd: dir,
    logFile: join(dir, 'nginx.log'),
  });
  await waitUntilListening('nginx', { port }, master);
  // `nginx -s` needs the pid file, which comes after the first listening socket.
  await waitUntil('nginx has written its pid file', () =>
    readFile(paths.pidFile, 'utf8').then(pid => pid || null),
  );
  return master;
}

/** Without root nginx has no choice to make. */
function workerUser(): string {
  if (process.geteuid?.() !== 0) return '';
  return canBeOtherUsers() ? 'user nobody nogroup;' : 'user root;';
}

function mainConfig(
  dir: string,
  paths: { pidFile: string; errorLog: string; webroot: string; sitesDir: string },
  port: number,
  user: string,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${join(dir, `nginx-${kind}`)};`)
    .join(' ');
  return `${user}
worker_processes 1;
pid ${paths.pidFile};
error_log ${paths.errorLog} notice;
events { worker_connections 256; }
http {
  access_log ${join(dir, 'nginx-access.log')};
  ${temporary}
  server {
    listen 127.0.0.1:${port} default_server;
    location /.well-known/acme-challenge/ { root ${paths.webroot}; default_type text/plain; }
    location / { return 404; }
  }
  include ${paths.sitesDir}/*.conf;
}
`;
}

function tlsSite(site: { serverName: string; liveDir: string }, port: number): string {
  return `server {
  listen 127.0.0.1:${port} ssl;
  server_name ${site.serverName};
  ssl_certificate ${join(site.liveDir, 'fullchain.pem')};
  ssl_certificate_key ${join(site.liveDir, 'privkey.pem')};
  location / { return 200 "${site.serverName}\\n"; }
}
`;
}

/**
 * `exec`, so that the process that is started is nginx itself. It writes down each reload that it is told: the master says
 * so in its own log only once it has come to its turn, which may be after the end of whatever told it.
 */
function wrapper(programs: Programs, paths: { errorLog: string; config: string; toldFile: string }): string {
  const library = programs.nginxLibraryPath;
  const environment = library === '' ? '' : `export LD_LIBRARY_PATH='${library}'\n`;
  const note = `[ "$1 $2" != '-s reload' ] || echo reload >>'${paths.toldFile}'\n`;
  return `#!/bin/sh\n${environment}${note}exec '${programs.nginx}' -e '${paths.errorLog}' -c '${paths.config}' "$@"\n`;
}

async function linesWith(words: string, file: string): Promise<number> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').filter(line => line.includes(words)).length;
}
