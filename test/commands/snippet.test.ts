import { describe, expect, it } from 'vitest';
import { apacheSnippet } from '../../src/commands/snippet-apache.ts';
import { haproxySnippet } from '../../src/commands/snippet-haproxy.ts';
import { nginxSnippet } from '../../src/commands/snippet-nginx.ts';
import { sitesOf } from '../../src/commands/snippet-sites.ts';
import type { OutputFile } from '../../src/core/deploy/deploy-model.ts';
import type { ChallengeMethod, Target } from '../../src/core/model.ts';
import { expectGolden } from '../support/golden.ts';
import { makeTarget } from '../support/make-observed.ts';

const snippets = { nginx: nginxSnippet, apache: apacheSnippet, haproxy: haproxySnippet };

const listen = (address: string, port: number): ChallengeMethod => ({
  kind: 'standalone',
  listen: [{ address, port }],
});

const combined: OutputFile = {
  path: '/etc/haproxy/my certs/it’s.pem',
  content: 'combined',
  owner: null,
  group: null,
  mode: 0o400,
};

const targets = [
  makeTarget({ domains: ['a.example', 'www.a.example'] }),
  makeTarget({ name: 'a-rsa', domains: ['www.a.example', 'a.example'], keyType: 'rsa-2048' }),
  makeTarget({
    name: 'b.example',
    domains: ['b.example', '192.0.2.1', '2001:db8::1'],
    challenge: listen('0.0.0.0', 8089),
    files: [combined],
  }),
  makeTarget({ name: 'c.example', domains: ['c.example'], challenge: listen('0.0.0.0', 80) }),
  makeTarget({
    name: 'd.example',
    domains: ['d.example'],
    challenge: { kind: 'webroot', path: '/srv/it\'s a "web root"' },
  }),
];

const sites = (...of: readonly Target[]) => sitesOf(of, '/var/lib/certd/live');
const linesOf = (server: keyof typeof snippets, ...of: readonly Target[]) =>
  snippets[server](sites(...of)).map(line => line.trim());

describe('certd snippet', () => {
  it.each(['nginx', 'apache', 'haproxy'] as const)('prints what %s needs', server => {
    expectGolden(`snippet-${server}.txt`, `${snippets[server](sites(...targets)).join('\n')}\n`);
  });

  it('puts RSA beside ECDSA into one site, since two of the same names would shut each other out', () => {
    const [both, ...more] = sites(...targets.slice(0, 2));
    expect(more).toEqual([]);
    expect(both?.certificates.map(({ name }) => name)).toEqual(['a.example', 'a-rsa']);
  });

  it('says where two certificates of one site answer the CA in different ways', () => {
    const other = makeTarget({ name: 'other', challenge: { kind: 'webroot', path: '/srv/other' } });
    expect(linesOf('nginx', makeTarget(), other)).toContain(
      '# These certificates answer the CA in different ways, and a site can only in one:',
    );
    expect(linesOf('nginx', makeTarget(), makeTarget({ name: 'same' })).join(' ')).not.toContain('different');
  });

  it('passes challenges on to certd by its loopback address where it listens everywhere', () => {
    const [v4, v6, one] = [listen('0.0.0.0', 8089), listen('::', 8089), listen('10.0.0.1', 8089)].map(
      challenge => linesOf('nginx', makeTarget({ challenge })).filter(line => line.startsWith('proxy_pass')),
    );
    expect(v4).toEqual(['proxy_pass http://127.0.0.1:8089;']);
    expect(v6).toEqual(['proxy_pass http://[::1]:8089;']);
    expect(one).toEqual(['proxy_pass http://10.0.0.1:8089;']);
  });

  it('leaves port 80 to certd where certd or its socket unit listens there', () => {
    for (const challenge of [listen('0.0.0.0', 80), { kind: 'systemd-socket' } as const]) {
      expect(linesOf('nginx', makeTarget({ challenge }))).not.toContain('listen 80;');
      expect(linesOf('apache', makeTarget({ challenge }))).not.toContain('<VirtualHost *:80>');
    }
  });

  it('says which files HAProxy needs of certd, and nothing of those that it has', () => {
    const lines = linesOf(
      'haproxy',
      makeTarget(),
      makeTarget({ name: 'b', domains: ['b'], files: [combined] }),
    );
    expect(lines.filter(line => line.includes('content: combined'))).toEqual([
      '#     - { path: "/etc/haproxy/certs/a.example.pem", content: combined }',
    ]);
  });

  it('refuses a path that a server would read as something else', () => {
    const webroot = (path: string) => () => sites(makeTarget({ challenge: { kind: 'webroot', path } }));
    const words = expect.objectContaining({ code: 'usage' });
    expect(webroot('/srv/$host')).toThrow(words);
    expect(webroot('/srv/a\n;')).toThrow(words);
  });
});
