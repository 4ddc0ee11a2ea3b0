import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutAt } from '../../src/store/layout.ts';
import { type CertdCommands, certdAt, nginxConfig } from '../support/certd-process.ts';
import { startFakeEc2Metadata } from '../support/fake-ec2-metadata.ts';
import { addHostAddress } from '../support/host-address.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { inOwnNetwork } from '../support/ports.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntilListening } from '../support/wait-until.ts';

/** Addresses as the internet has them, in a network that nothing leaves. */
const here = '9.9.9.10';
const here6 = '2620:fe::10';
const silent6 = '2620:fe::11';
/** Where EC2 has it; scripts/in-netns gives that address to the network of the tests. */
const metadata = '169.254.169.254';

const directory = 'https://acme-v02.api.letsencrypt.org/directory';
const account = 'https://acme-v02.api.letsencrypt.org/acme/acct/1';

type Found = {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly cure: string;
};

/** What each name of the certificate is, in the words of nginx; the first part of the name says what is expected. */
const sites: Readonly<Record<string, string>> = {
  good: 'location / { root WEBROOT; }',
  moved: 'return 301 https://good.certd.test$request_uri;',
  secure: 'if ($scheme = http) { return 302 https://$host$request_uri; } location / { root WEBROOT; }',
  login: 'auth_basic staff; auth_basic_user_file /dev/null; location / { root WEBROOT; }',
  denied: 'deny all; location / { root WEBROOT; }',
  broken: 'return 503;',
  page: 'return 200 hello;',
  circle: 'return 302 /;',
  port: 'return 301 http://good.certd.test:8080$request_uri;',
  leader: 'return 301 http://leader.test$request_uri;',
  inner: 'return 301 http://inner.test$request_uri;',
  split: 'if ($server_addr = 2620:fe::10) { return 410; } location / { root WEBROOT; }',
  dead6: 'location / { root WEBROOT; }',
};
const names = [...Object.keys(sites), 'servfail', 'elsewhere'].map(name => `${name}.certd.test`);

function configOf(domains: readonly string[], challenge: string): string {
  return `account: { agree_tos: true }
certificates:
  - { name: all, domains: [${domains.join(', ')}], challenge: ${challenge} }
`;
}

describe.runIf(inOwnNetwork)('certd doctor looks at names as a CA does', () => {
  let stack: Stack;
  let certd: CertdCommands;
  let webroot: string;
  const takeBack: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    for (const address of [here, here6, silent6]) takeBack.push(await addHostAddress(address));
    stack = await startStack();
    webroot = `{ webroot: ${stack.nginx.webroot} }`;
    certd = await certdAt(join(stack.dir, 'certd'), configOf(names, webroot));
    await serveSites(stack);
    await fillZone(stack);
    const place = layoutAt(certd.stateDir).accountOf(directory);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'account.json'), JSON.stringify({ schema: 1, url: account }));
  });
  afterAll(async () => {
    await stack.stop();
    for (const each of takeBack) await each();
  });

  const doctor = async (...words: readonly string[]): Promise<readonly Found[]> => {
    const { stdout } = await certd.command('doctor', '--json', ...words);
    return JSON.parse(stdout).findings;
  };
  /** Status and message of a check, in the order of the document. */
  const said = async (check: string) =>
    (await doctor())
      .filter(each => each.check === check)
      .map(({ status, message }) => `${status} ${message}`);

  test('who holds port 80 and 443', async () => {
    const nginx = `nginx, pid ${stack.nginx.process().pid}`;
    expect(await said('challenge-port')).toEqual([
      expect.stringMatching(new RegExp(`^ok ${nginx}.* listens on `)),
    ]);
    expect(await said('https-port')).toEqual([
      expect.stringMatching(new RegExp(`^ok ${nginx}.* listens on `)),
    ]);
  });

  test('where the addresses lead', async () => {
    const others =
      'good.certd.test, moved.certd.test, secure.certd.test, login.certd.test, denied.certd.test and 6 more';
    expect(await said('name-address')).toEqual([
      `warning servfail.certd.test: its addresses are not known: SERVFAIL, and a CA that gets the same refuses`,
      `warning elsewhere.certd.test: leads to 8.8.4.4; this host has ${here}, ${here6}, ${silent6}`,
      `ok ${others}: leads to this host, ${here}`,
      `ok split.certd.test: leads to this host, ${here}, ${here6}`,
      `ok dead6.certd.test: leads to this host, ${here}, ${silent6}`,
    ]);
  });

  test('where a request for a challenge ends', async () => {
    const fine =
      'as it is to be for a challenge that nobody has set, but that request never left this host: whether firewalls and security groups let a CA in cannot be seen';
    expect(await said('challenge-path')).toEqual([
      'critical login.certd.test: HTTP 401: a CA is not let in',
      'critical denied.certd.test: HTTP 403: a CA is not let in',
      'critical broken.certd.test: HTTP 503',
      'critical circle.certd.test: redirects in a circle after a redirect to http://circle.certd.test',
      'critical port.certd.test: a redirect to port 8080; only 80 and 443 are followed',
      'warning leader.certd.test: HTTP 404 after a redirect to http://leader.test: a challenge is looked for at leader.test, which is no name of certd’s',
      `unknown good.certd.test, dead6.certd.test: HTTP 404, ${fine}`,
      `unknown moved.certd.test: HTTP 404 after a redirect to https://good.certd.test, ${fine}`,
      `unknown secure.certd.test: HTTP 404 after a redirect to https://secure.certd.test, ${fine}`,
      'unknown page.certd.test: HTTP 200 for a challenge that nobody has set, where 404 was expected',
      'unknown inner.certd.test: a redirect to inner.test, which has the inner address 127.0.0.1',
      `unknown split.certd.test: HTTP 410, ${fine}`,
      'unknown elsewhere.certd.test: nobody answers at 8.8.4.4:80 (ENETUNREACH), which may be so from this host alone',
    ]);
  });

  test('how IPv6 answers', async () => {
    expect(await said('ipv6-answers')).toEqual([
      `warning split.certd.test: answers otherwise by IPv6 (${here6}: HTTP 410) than by IPv4 (${here}: HTTP 404), and a CA takes IPv6`,
      expect.stringMatching(
        `^warning dead6.certd.test: nobody answers at its IPv6 address ${silent6} \\(ECONNREFUSED\\)`,
      ),
    ]);
  });

  test('what CAA records say to the account that is on disk, with the record to add', async () => {
    const own = `0 issue "letsencrypt.org; accounturi=${account}"`;
    const found = (await doctor()).filter(({ check }) => check === 'caa');
    expect(found.map(({ status, message, cure }) => `${status} ${message} > ${cure}`)).toEqual([
      `critical good.certd.test: the CAA records at good.certd.test let only the account https://x.example/1 of letsencrypt issue, and that of this host is another one > Add to the zone: good.certd.test. CAA ${own}`,
      'critical login.certd.test: the CAA records at login.certd.test let letsencrypt validate by dns-01, and certd does by http-01 > ' +
        `Add http-01 to \`validationmethods\`, or: Add to the zone: login.certd.test. CAA ${own}`,
      'warning servfail.certd.test: the CAA records of servfail.certd.test are not known (SERVFAIL), and a CA that gets the same refuses > ' +
        'Look at the zone and its DNSSEC; a name server that knows no CAA has to say that there is none.',
      `ok moved.certd.test, denied.certd.test, broken.certd.test, page.certd.test, circle.certd.test and 6 more: the CAA records at certd.test let letsencrypt issue; to let only this account: CAA ${own} > null`,
      'ok secure.certd.test: the CAA records at secure.certd.test let this account of letsencrypt issue > null',
    ]);
  });

  test('a port that certd is to have and nginx holds is critical', async () => {
    await certd.configure(
      configOf(['good.certd.test'], '{ standalone: { listen: ["0.0.0.0:80", "0.0.0.0:8080"] } }'),
    );
    expect(await said('challenge-port')).toEqual([
      expect.stringMatching(/^critical nginx, pid \d+.* holds it: certd cannot listen \(all\)$/),
      'ok is free for certd, which listens while a CA validates',
    ]);
  });

  test('with --offline no name server is asked', async () => {
    await certd.configure(configOf(['offline.certd.test'], webroot));
    const checks = new Set((await doctor('--offline')).map(({ check }) => check));
    expect(checks).toContain('challenge-port');
    expect([...checks].filter(check => /^(name|ipv6|challenge-path|caa)/.test(check))).toEqual([]);
    expect(await stack.dns.history('offline.certd.test')).toEqual([]);
    expect((await certd.command('doctor', '--offline')).stdout).toMatch(/^Not looked at \(--offline\): /m);
    await doctor();
    expect(await stack.dns.history('offline.certd.test')).not.toEqual([]);
  });
});

describe.runIf(inOwnNetwork)('certd doctor after a CA has come through', () => {
  test('goes by that, where what it asks itself never leaves the host', async () => {
    const stack = await startStack();
    try {
      const certd = await certdAt(join(stack.dir, 'certd'), nginxConfig(stack, ['proven.certd.test']));
      const path = async () => {
        const { stdout } = await certd.command('doctor', '--json');
        const found: readonly Found[] = JSON.parse(stdout).findings;
        return found.find(({ check }) => check === 'challenge-path');
      };
      expect(await path()).toMatchObject({
        status: 'unknown',
        message: expect.stringMatching(/^HTTP 404, .* never left this host/),
      });
      expect((await certd.command('renew', 'proven.certd.test')).code).toBe(0);
      expect(await path()).toMatchObject({
        status: 'ok',
        message: expect.stringMatching(/^HTTP 404, .*; pebble has validated it \d+[sm] ago$/),
      });
    } finally {
      await stack.stop();
    }
  });
});

describe.runIf(inOwnNetwork)('certd doctor in a cloud', () => {
  test('knows the public address that the cloud leads to this host', async () => {
    const stack = await startStack();
    const cloud = await startFakeEc2Metadata({ host: metadata, port: 80 });
    try {
      cloud.items.set('public-ipv4', '9.9.9.77');
      const certd = await certdAt(
        join(stack.dir, 'certd'),
        configOf(['in.test', 'out.test'], '{ webroot: /srv }'),
      );
      await stack.dns.setAddresses('in.test', ['9.9.9.77']);
      await stack.dns.setAddresses('out.test', ['9.9.9.78']);
      const { stdout } = await certd.command('doctor', '--json');
      const found: readonly Found[] = JSON.parse(stdout).findings;
      expect(found.filter(({ check }) => check === 'name-address')).toMatchObject([
        { status: 'warning', message: 'out.test: leads to 9.9.9.78; this host has 9.9.9.77' },
        { status: 'ok', message: 'in.test: leads to this host, 9.9.9.77' },
      ]);
    } finally {
      await cloud.close();
      await stack.stop();
    }
  });
});

async function serveSites({ nginx, dir }: Stack): Promise<void> {
  const other = join(dir, 'other');
  await writeGeneration(other, await makePair({ domains: ['nobody.example'] }));
  const listens = `listen ${here}:80; listen [${here6}]:80; listen ${here}:443 ssl; listen 127.0.0.1:443 ssl;
  ssl_certificate ${other}/fullchain.pem; ssl_certificate_key ${other}/privkey.pem;`;
  const servers = Object.entries(sites).map(
    ([name, words]) =>
      `server { ${listens} server_name ${name}.certd.test; ${words.replaceAll('WEBROOT', nginx.webroot)} }\n`,
  );
  const rest = `server { listen ${here}:80 default_server; return 404; }\n`;
  await writeFile(join(nginx.sitesDir, 'sites.conf'), `${servers.join('')}${rest}`);
  await promisify(execFile)(nginx.reload[0], nginx.reload.slice(1));
  await waitUntilListening('nginx', { port: 443 }, nginx.process());
}

async function fillZone({ dns }: Stack): Promise<void> {
  for (const name of [...names, 'leader.test']) {
    await dns.setAddresses(name, [name === 'elsewhere.certd.test' ? '8.8.4.4' : here]);
  }
  await dns.setIpv6Addresses('split.certd.test', [here6]);
  await dns.setIpv6Addresses('dead6.certd.test', [silent6]);
  await dns.fail('servfail.certd.test');
  const issue = (name: string, value: string) => dns.setCaa(name, [{ tag: 'issue', value }]);
  await issue('certd.test', 'letsencrypt.org');
  await issue('good.certd.test', 'letsencrypt.org; accounturi=https://x.example/1');
  await issue('secure.certd.test', `letsencrypt.org; accounturi=${account}`);
  await issue('login.certd.test', 'letsencrypt.org; validationmethods=dns-01');
}
