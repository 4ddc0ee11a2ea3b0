import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nginxWeb } from '../../src/doctor/nginx/nginx-challenge.ts';
import { nginxConfiguration } from '../../src/doctor/nginx/nginx-dump.ts';
import { challengeUri } from '../../src/doctor/sites/challenge-answer.ts';
import { challengeStatus } from '../support/challenge-status.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Of each site: what stands in it, what doctor says of it, and the status of a file that is there. */
const sites: Readonly<Record<string, readonly [string, string, number]>> = {
  plain: ['root WEBROOT;', 'file', 200],
  internal: ['location /.well-known/ { root WEBROOT; internal; }', 'refused', 404],
  around: ['location / { internal; location /.well-known/ { root WEBROOT; } }', 'refused', 404],
  login: ['root WEBROOT; auth_request /auth; location = /auth { return 401; }', 'unclear', 401],
  taken: ['auth_request /auth; location / { auth_request off; root WEBROOT; }', 'file', 200],
  denied: ['root WEBROOT; deny 0.0.0.0/0; deny ::/0;', 'refused', 403],
  halves: ['root WEBROOT; deny 0.0.0.0/1; deny 128.0.0.0/1;', 'unclear', 403],
  any: ['root WEBROOT; satisfy any; allow all; auth_basic x; auth_basic_user_file /dev/null;', 'file', 200],
  some: [
    'root WEBROOT; satisfy any; deny 192.0.2.1; auth_basic x; auth_basic_user_file /dev/null;',
    'refused',
    401,
  ],
  methods: ['location / { root WEBROOT; limit_except GET { deny all; } }', 'file', 200],
  other: ['location / { root WEBROOT; limit_except POST { deny all; } }', 'unclear', 403],
  symlinks: ['root LINK; disable_symlinks on;', 'unclear', 404],
  condition: ['location / { root WEBROOT; if ($http_x = "") { root /nowhere; } }', 'unclear', 404],
  broken: ['root WEBROOT; if ($uri ~ ^/.well-known/) { break; } return 301 https://x;', 'file', 200],
  password: ['root WEBROOT; auth_basic x; auth_basic_user_file /dev/null;', 'refused', 401],
  without: ['root WEBROOT; auth_basic x;', 'file', 200],
  redirect: ['root WEBROOT; return 301 https://x;', 'redirect', 301],
  harmless: [
    'root WEBROOT; gzip on; ssi on; charset utf-8; expires max; error_page 404 =200 /x; sub_filter a b; etag off;',
    'file',
    200,
  ],
};

let stack: Stack;
let dump: string;
beforeAll(async () => {
  stack = await startStack();
  const { webroot, sitesDir, httpPort, program, reload } = stack.nginx;
  await mkdir(join(webroot, dirname(challengeUri)), { recursive: true });
  await writeFile(join(webroot, challengeUri), 'token');
  await symlink(webroot, join(stack.dir, 'link'));
  const text = Object.entries(sites).map(([name, [inside]]) => {
    const whole = inside.replaceAll('WEBROOT', webroot).replaceAll('LINK', join(stack.dir, 'link'));
    return `server { listen 127.0.0.1:${httpPort}; server_name ${name}.test; ${whole} }\n`;
  });
  await writeFile(join(sitesDir, 'all.conf'), text.join(''));
  const { stdout } = await promisify(execFile)(program, ['-T']);
  // doctor looks at port 80 alone, which not every place to test has.
  dump = stdout.replaceAll(`127.0.0.1:${httpPort}`, '127.0.0.1:80');
  await promisify(execFile)(reload[0], reload.slice(1));
  await waitUntil('nginx has the new sites', async () =>
    (await statusOf('redirect')) === 301 ? true : null,
  );
});
afterAll(() => stack.stop());

const statusOf = (name: string) => challengeStatus(stack.nginx.httpPort, `${name}.test`);

test.each(Object.entries(sites))(
  'what doctor reads of the site %s is what nginx does',
  async (name, [, kind, status]) => {
    const { directives } = nginxConfiguration(dump);
    const outcome = nginxWeb(directives).answer(`${name}.test`, '127.0.0.1')?.outcome;
    expect([outcome?.kind, await statusOf(name)]).toEqual([kind, status]);
  },
);
