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

/** Apache httpd with one TLS site. Its master reads the key as root. */
export async function startApache(programs: Programs, wish: ServerWish): Promise<TestServer> {
  const { dir, serverName } = wish;
  const [port = 0] = await freePorts(1);
  const documents = join(dir, 'documents');
  const program = join(dir, 'apache2');
  const config = join(dir, 'apache2.conf');
  const errorLog = join(dir, 'error.log');
  await mkdir(documents, { recursive: true });
  await writeFile(join(documents, 'large'), '');
  await truncate(join(documents, 'large'), largeFileBytes);
  await writeFile(
    config,
    configuration({ ...wish, modules: modulesOf(programs), documents, errorLog, port }),
  );
  const argv = [join(programs.servers, 'usr/sbin/apache2'), '-d', dir, '-f', config];
  await writeProgram(program, argv, programs.serversLibraryPath);
  const address = { port, serverName };
  const master = await restartable({ name: 'Apache httpd', port }, async () => {
    const started = await startProcess({
      name: 'Apache httpd',
      argv: [program, '-D', 'FOREGROUND'],
      cwd: dir,
      logFile: join(dir, 'apache2.log'),
    });
    await waitUntilListening('Apache httpd', { port }, started);
    return started;
  });
  return {
    ...master,
    address,
    // What `apachectl graceful` calls.
    reload: `${program} -k graceful`,
    test: `${program} -t`,
    reloads: () => countIn(errorLog, /AH00493: SIGUSR1 received/),
    converse: () => download(address),
  };
}

function modulesOf(programs: Programs): string {
  return join(programs.servers, 'usr/lib/apache2/modules');
}

function configuration(wish: {
  dir: string;
  serverName: string;
  fullchain: string;
  key: string;
  modules: string;
  documents: string;
  errorLog: string;
  port: number;
}): string {
  return `LoadModule mpm_event_module ${wish.modules}/mod_mpm_event.so
LoadModule authz_core_module ${wish.modules}/mod_authz_core.so
LoadModule ssl_module ${wish.modules}/mod_ssl.so
User www-data
Group www-data
ServerName ${wish.serverName}
PidFile ${wish.dir}/apache2.pid
DefaultRuntimeDir ${wish.dir}
ErrorLog ${wish.errorLog}
LogLevel notice
StartServers 1
Listen 127.0.0.1:${wish.port}
<VirtualHost *:${wish.port}>
  DocumentRoot ${wish.documents}
  SSLEngine on
  SSLCertificateFile ${wish.fullchain}
  SSLCertificateKeyFile ${wish.key}
</VirtualHost>
`;
}
