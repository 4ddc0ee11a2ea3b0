import { execFile } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../ports.ts';
import type { Programs } from '../programs.ts';
import { startProcess } from '../run-process.ts';
import { waitUntilListening } from '../wait-until.ts';
import { accountOf } from './account-of.ts';
import { exchange } from './conversation.ts';
import { restartable } from './restartable.ts';
import { writeProgram } from './server-program.ts';
import { countIn, type ServerWish, type TestServer } from './test-server.ts';

/**
 * Postfix that greets, offers STARTTLS and takes no mail. Its `smtpd` reads the key as root. Needs root, and the users
 * that scripts/in-netns makes.
 */
export async function startPostfix(programs: Programs, wish: ServerWish): Promise<TestServer> {
  const { dir, serverName } = wish;
  const [port = 0] = await freePorts(1);
  const config = join(dir, 'etc');
  const program = join(dir, 'postfix');
  const mailLog = join(dir, 'mail.log');
  for (const each of ['etc', 'queue', 'data']) await mkdir(join(dir, each), { mode: 0o755 });
  await chown(join(dir, 'data'), ...accountOf('postfix'));
  await writeFile(join(config, 'main.cf'), mainConfig(programs, wish, config, mailLog));
  await writeFile(join(config, 'master.cf'), masterConfig(port));
  const argv = [join(programs.servers, 'usr/sbin/postfix'), '-c', config];
  await writeProgram(program, argv, programs.serversLibraryPath);
  // Makes the directories of the queue.
  await promisify(execFile)(program, ['check']);
  const address = { port, serverName, starttls: 'smtp' } as const;
  const master = await restartable({ name: 'Postfix', port }, async () => {
    const started = await startProcess({
      name: 'Postfix',
      // A session of its own: it ends by ending its process group.
      argv: ['setsid', join(programs.servers, 'usr/lib/postfix/sbin/master'), '-c', config, '-d'],
      env: { MAIL_CONFIG: config, LD_LIBRARY_PATH: programs.serversLibraryPath },
      cwd: dir,
      logFile: join(dir, 'master.log'),
    });
    await waitUntilListening('Postfix', { port }, started);
    return started;
  });
  return {
    ...master,
    address,
    reload: `${program} reload`,
    test: `${program} check`,
    reloads: () => countIn(mailLog, /master\[\d+\]: reload -- version/),
    converse: () => exchange(address, { say: 'NOOP\r\n', fits: /^250 .*\r\n$/m }),
  };
}

function mainConfig(
  programs: Programs,
  { dir, serverName, fullchain, key }: ServerWish,
  config: string,
  mailLog: string,
): string {
  return `compatibility_level = 3.6
config_directory = ${config}
queue_directory = ${join(dir, 'queue')}
data_directory = ${join(dir, 'data')}
daemon_directory = ${join(programs.servers, 'usr/lib/postfix/sbin')}
command_directory = ${join(programs.servers, 'usr/sbin')}
shlib_directory = ${join(programs.servers, 'usr/lib/postfix')}
meta_directory = ${join(programs.servers, 'etc/postfix')}
import_environment = MAIL_CONFIG LANG=C LD_LIBRARY_PATH=${programs.serversLibraryPath}
maillog_file = ${mailLog}
maillog_file_prefixes = ${dir}
myhostname = ${serverName}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = ${fullchain}
smtpd_tls_key_file = ${key}
`;
}

/**
 * Two `smtpd` at most: one for a conversation that is held, and one for everybody else. Each reads the certificate when it starts,
 * so that a third one, beside one that is busy, would present a new certificate without any reload.
 */
function masterConfig(port: number): string {
  return `127.0.0.1:${port} inet n - n - 2 smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
postlog unix-dgram n - n - 1 postlogd
`;
}
