import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startProcess } from '../run-process.ts';
import { waitUntilListening } from '../wait-until.ts';
import { download, largeFileBytes } from './conversation.ts';
import { restartable } from './restartable.ts';
import { writeProgram } from './server-program.ts';
import { countIn, type ServerWish, type TestServer } from './test-server.ts';

/** `config`: the file that an operator breaks. */
export type NginxServer = TestServer & { readonly config: string; readonly program: string };

/** An nginx with one TLS site, beside the one of the stack, which answers challenges. Its master reads the key as root. */
export async function startNginxServer(programs: Programs, wish: ServerWish): Promise<NginxServer> {
  const { dir, serverName } = wish;
  const [port = 0] = await freePorts(1);
  const program = join(dir, 'nginx');
  const config = join(dir, 'nginx.conf');
  const errorLog = join(dir, 'error.log');
  await mkdir(join(dir, 'documents'));
  await writeFile(join(dir, 'documents', 'large'), '');
  await truncate(join(dir, 'documents', 'large'), largeFileBytes);
  await writeFile(config, configuration(wish, errorLog, port));
  await writeProgram(
    program,
    [programs.nginx, '-e', errorLog, '-c', config],
    programs.nginxLibraryPath || null,
  );
  const address = { port, serverName };
  const master = await restartable({ name: 'nginx', port }, async () => {
    const started = await startProcess({
      name: 'nginx',
      argv: [program, '-g', 'daemon off;'],
      cwd: dir,
      logFile: join(dir, 'nginx.log'),
    });
    await waitUntilListening('nginx', { port }, started);
    return started;
  });
  return {
    ...master,
    address,
    config,
    program,
    reload: `${program} -s reload`,
    test: `${program} -q -t`,
    reloads: () => countIn(errorLog, /\(SIGHUP\) received/),
    converse: () => download(address),
  };
}

/** Two workers on one listening socket: no `reuseport`. */
function configuration(
  { dir, serverName, fullchain, key }: ServerWish,
  errorLog: string,
  port: number,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${join(dir, kind)};`)
    .join(' ');
  return `user www-data;
worker_processes 2;
pid ${join(dir, 'nginx.pid')};
error_log ${errorLog} notice;
events { worker_connections 512; }
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name ${serverName};
    ssl_certificate ${fullchain};
    ssl_certificate_key ${key};
    root ${join(dir, 'documents')};
  }
}
`;
}
