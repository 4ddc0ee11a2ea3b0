import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apacheAnswer } from '../../src/doctor/apache/apache-challenge.ts';
import { apacheDirectives } from '../../src/doctor/apache/apache-directives.ts';
import { challengeUri } from '../../src/doctor/sites/challenge-answer.ts';
import { challengeStatus } from '../support/challenge-status.ts';
import { freePorts } from '../support/ports.ts';
import { findPrograms } from '../support/programs.ts';
import { type RunningProcess, startProcess } from '../support/run-process.ts';
import { writeProgram } from '../support/servers/server-program.ts';
import { waitUntilListening } from '../support/wait-until.ts';

const denied = 'Require all denied';
const location = (inside: string) => `<Location />\n${inside}\n</Location>`;

/** Of each virtual host: what stands in it, what doctor says of it, and the status of a file that is there. */
const hosts: Readonly<Record<string, readonly [string, string, number]>> = {
  plain: ['', 'file', 200],
  order: [location('Order deny,allow\nDeny from all'), 'refused', 403],
  default: [location('Order allow,deny'), 'refused', 403],
  some: [location('Order deny,allow\nDeny from 192.0.2.1'), 'file', 200],
  inner: [`<Directory />\nDeny from all\n</Directory>\n${location('Allow from all')}`, 'file', 200],
  files: [`<Files "*">\n${denied}\n</Files>`, 'refused', 403],
  pattern: [`<FilesMatch ".">\n${denied}\n</FilesMatch>`, 'refused', 403],
  hidden: [`<FilesMatch "^\\.ht">\n${denied}\n</FilesMatch>`, 'file', 200],
  nested: [`<Directory />\n<Files *>\n${denied}\n</Files>\n</Directory>`, 'refused', 403],
  get: [location(`<Limit GET>\n${denied}\n</Limit>`), 'refused', 403],
  post: [location(`<Limit POST>\n${denied}\n</Limit>`), 'file', 200],
  except: [location(`<LimitExcept GET>\n${denied}\n</LimitExcept>`), 'file', 200],
  condition: [`<If "true">\n${denied}\n</If>`, 'unclear', 403],
  redirect: [location('Redirect 302 https://x/'), 'unclear', 302],
  handler: ['SetHandler server-status', 'unclear', 200],
  several: [location(`Require ip 192.0.2.1\nRequire all granted`), 'file', 200],
  any: [location('Satisfy Any\nDeny from all\nRequire all granted'), 'unclear', 200],
};

let dir: string;
let text: string;
let port: number;
let apache: RunningProcess;
beforeAll(async () => {
  const programs = findPrograms();
  dir = await mkdtemp(join(tmpdir(), 'certd-apache-'));
  [port = 0] = await freePorts(1);
  await mkdir(join(dir, dirname(challengeUri)), { recursive: true });
  await writeFile(join(dir, challengeUri), 'token');
  const modules = ['mpm_event', 'authz_core', 'authz_host', 'access_compat', 'alias', 'status', 'dir'].map(
    name => `LoadModule ${name}_module ${join(programs.servers, 'usr/lib/apache2/modules')}/mod_${name}.so`,
  );
  const all = Object.entries(hosts).map(
    ([name, [inside]]) =>
      `<VirtualHost *:${port}>\nServerName ${name}.test\nDocumentRoot ${dir}\n${inside}\n</VirtualHost>`,
  );
  const own = [`DefaultRuntimeDir ${dir}`, `PidFile ${dir}/pid`, `ErrorLog ${dir}/log`, 'ServerName x.test'];
  text = [...modules, ...own, `Listen 127.0.0.1:${port}`, ...all, ''].join('\n');
  const config = join(dir, 'apache.conf');
  await writeFile(config, text);
  const program = join(dir, 'apache2');
  const argv = [join(programs.servers, 'usr/sbin/apache2'), '-d', dir, '-f', config];
  await writeProgram(program, argv, programs.serversLibraryPath);
  apache = await startProcess({
    name: 'Apache httpd',
    argv: [program, '-D', 'FOREGROUND'],
    cwd: dir,
    logFile: join(dir, 'out'),
  });
  await waitUntilListening('Apache httpd', { port }, apache);
});
afterAll(async () => {
  await apache.stop('SIGTERM');
  await rm(dir, { recursive: true, force: true });
});

const statusOf = (name: string) => challengeStatus(port, `${name}.test`);

test.each(Object.entries(hosts))(
  'what doctor reads of the virtual host %s is what Apache httpd does',
  async (name, [, kind, status]) => {
    // doctor looks at port 80 alone, which not every place to test has.
    const directives = apacheDirectives(text.replaceAll(`:${port}`, ':80'), 'apache.conf');
    const outcome = apacheAnswer(directives, dir, `${name}.test`, '127.0.0.1')?.outcome;
    expect([outcome?.kind, await statusOf(name)]).toEqual([kind, status]);
  },
);
