import { describe, expect, it } from 'vitest';
import { sortFindings, worstStatus } from '../../src/doctor/finding.ts';
import { findingsOf } from '../../src/doctor/findings.ts';
import type { SeenHost } from '../../src/doctor/host/seen-host.ts';
import type { ConfiguredCertificate, TlsSite } from '../../src/doctor/sites/site.ts';
import { makeEndpoint, makeTarget } from '../support/make-observed.ts';
import { deployed, live, makeFacts, makeSeenHost, makeSite } from '../support/make-seen-host.ts';

/** What is not ok, endpoints aside, of one site with this certificate. */
function bad(
  certificate: Partial<ConfiguredCertificate>,
  host: Partial<SeenHost> = {},
  site: Partial<TlsSite> = {},
) {
  const certificates = [
    { certificate: `${live}/fullchain.pem`, key: `${live}/privkey.pem`, chain: null, ...certificate },
  ];
  return findingsOf(makeSeenHost([makeSite({ certificates, ...site })], host))
    .filter(({ status, check }) => status !== 'ok' && check !== 'endpoint-declared')
    .map(({ check, status, message, cure }) => ({ check, status, message, cure }));
}

describe('a site', () => {
  it('that reads from live is ok', () => {
    expect(bad({})).toEqual([]);
  });

  it('is known as certd’s behind symlinks, also where they lead through live', () => {
    const path = '/etc/ssl/a.pem';
    const files = new Map([
      makeFacts(path, { forms: [path, `${live}/fullchain.pem`, `${deployed}/fullchain.pem`] }),
    ]);
    expect(bad({ certificate: path }, { files })).toEqual([]);
  });

  it('that reads a leaf without its chain is told so, and where the chain is', () => {
    expect(bad({ certificate: `${live}/cert.pem` })).toMatchObject([
      { check: 'leaf-only', status: 'critical', cure: `Write ${live}/fullchain.pem in its place.` },
    ]);
  });

  it('that has the chain from elsewhere, or of a CA that signs with its root, is ok', () => {
    const one = { domains: ['a.example'], keySha256: 'aa' };
    expect(bad({ certificate: `${live}/cert.pem`, chain: `${live}/chain.pem` })).toEqual([]);
    const rootSigned = new Map([makeFacts(`${live}/fullchain.pem`, { certificates: [one] })]);
    expect(bad({ certificate: `${live}/cert.pem` }, { files: rootSigned })).toEqual([]);
    const chained = new Map([makeFacts(`${live}/fullchain.pem`, { certificates: [one, one] })]);
    expect(bad({ certificate: `${live}/cert.pem` }, { files: chained })).toHaveLength(1);
  });

  it('that reads a generation by its id is a warning while that is live, and critical afterwards', () => {
    const pair = { certificate: `${deployed}/fullchain.pem`, key: `${deployed}/privkey.pem` };
    expect(bad(pair)).toMatchObject([
      { check: 'pinned-generation', status: 'warning', cure: `Write ${live}/fullchain.pem in its place.` },
    ]);
    const moved = { live: new Map([['a.example', '0002-55667788']]) };
    expect(bad(pair, moved)).toMatchObject([{ check: 'pinned-generation', status: 'critical' }]);
  });

  it('whose name is in a certificate and that reads another is a warning with the lines to write', () => {
    const pair = { certificate: '/etc/letsencrypt/live/a/fullchain.pem', key: '/k.pem' };
    expect(bad(pair)).toMatchObject([
      {
        check: 'site-elsewhere',
        cure: `Write ssl_certificate ${live}/fullchain.pem and ssl_certificate_key ${live}/privkey.pem.`,
      },
      { check: 'certificate-used', status: 'warning' },
    ]);
    expect(bad(pair, {}, { server: 'apache' })[0]?.cure).toContain('SSLCertificateFile');
    expect(bad(pair, {}, { names: ['b.example'] })).toMatchObject([{ check: 'certificate-used' }]);
  });

  it('without a name is known by what its certificate names', () => {
    const certificates = [{ domains: ['a.example'], keySha256: 'aa' }];
    const files = new Map([makeFacts('/c.pem', { certificates })]);
    expect(bad({ certificate: '/c.pem' }, { files }, { names: [] })[0]).toMatchObject({
      check: 'site-elsewhere',
    });
  });

  it('with one certificate of certd and one of somebody else is as somebody wanted it', () => {
    const certificates = [
      ...makeSite().certificates,
      { certificate: '/rsa.pem', key: '/rsa.key', chain: null },
    ];
    expect(bad({}, {}, { certificates })).toEqual([]);
  });

  it('that reads a certificate that has left the configuration is a warning', () => {
    const gone = live.replace('a.example', 'gone');
    expect(bad({ certificate: `${gone}/fullchain.pem`, key: `${gone}/privkey.pem` })[0]).toMatchObject({
      check: 'unmanaged-path',
      status: 'warning',
    });
  });

  it('whose key is that of another certificate is critical', () => {
    const files = new Map([
      makeFacts(`${live}/fullchain.pem`, {
        certificates: [
          { domains: [], keySha256: 'aa' },
          { domains: [], keySha256: 'cc' },
        ],
      }),
      makeFacts(`${live}/privkey.pem`, { keySha256: 'bb' }),
    ]);
    expect(bad({}, { files })).toMatchObject([{ check: 'key-mismatch', status: 'critical' }]);
  });

  it('whose key comes from elsewhere fits only until the next renewal', () => {
    const files = new Map([
      makeFacts(`${live}/fullchain.pem`, { certificates: [{ domains: [], keySha256: 'aa' }] }),
      makeFacts(`${deployed}/privkey.pem`, { keySha256: 'aa' }),
    ]);
    const pair = { key: `${deployed}/privkey.pem` };
    expect(bad(pair, { files })).toMatchObject([{ check: 'key-mismatch', status: 'warning' }]);
    expect(bad({ key: '/k.pem' })).toMatchObject([{ check: 'key-mismatch', status: 'unknown' }]);
  });

  it('with a file that is not there is critical, and with one that may not be read unknown', () => {
    const fault = (kind: 'missing' | 'unreadable') => ({
      files: new Map([makeFacts(`${live}/privkey.pem`, { fault: { kind, words: 'EACCES' } })]),
    });
    expect(bad({}, fault('missing'))).toMatchObject([{ check: 'certificate-file', status: 'critical' }]);
    expect(bad({}, fault('unreadable'))).toMatchObject([{ check: 'certificate-file', status: 'unknown' }]);
  });

  it('with a path that only the running server knows is unknown', () => {
    expect(bad({ certificate: '/etc/ssl/$ssl_server_name.pem' })).toMatchObject([
      { check: 'site-certificate', status: 'unknown' },
      { check: 'certificate-used', status: 'unknown' },
    ]);
  });

  it('may read one of the files of a certificate, if that has the chain', () => {
    const file = { path: '/etc/haproxy/a.pem', owner: null, group: null, mode: 0o400 } as const;
    const host = (content: 'combined' | 'cert') => ({
      targets: [makeTarget({ files: [{ ...file, content }] })],
    });
    const own = { certificate: file.path, key: null };
    expect(bad(own, host('combined'), { server: 'haproxy' })).toEqual([]);
    expect(bad(own, host('cert'), { server: 'haproxy' })).toMatchObject([
      {
        check: 'leaf-only',
        cure: 'Write content: fullchain for /etc/haproxy/a.pem in certd’s configuration.',
      },
    ]);
  });
});

describe('a certificate that no site reads', () => {
  const used = (host: Partial<SeenHost>) =>
    findingsOf(makeSeenHost([], host)).find(({ check }) => check === 'certificate-used')?.status;

  it('is a warning, unless it has endpoints declared', () => {
    expect(used({})).toBe('warning');
    expect(used({ targets: [makeTarget({ deploy: { verify: [makeEndpoint()] } })] })).toBe('ok');
  });

  it('is unknown where a server could not be read, or none is there', () => {
    expect(used({ looks: [{ server: 'nginx', kind: 'failed', words: 'x' }] })).toBe('unknown');
    expect(used({ looks: [{ server: 'nginx', kind: 'read', sites: [], gaps: ['y'], web: null }] })).toBe(
      'unknown',
    );
    expect(used({ looks: [{ server: 'nginx', kind: 'absent' }] })).toBe('unknown');
  });
});

describe('what was not seen is never good', () => {
  it('without root, and where a server’s test fails, in its own words', () => {
    const looks = [{ server: 'nginx', kind: 'failed', words: 'unknown directive "x"' }] as const;
    const findings = findingsOf(makeSeenHost([], { looks, isRoot: false }));
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'privileges unknown',
      'server-config unknown',
      'certificate-used unknown',
    ]);
    expect(findings[1]?.message).toContain('unknown directive "x"');
  });

  it('a server that is not installed is no failure', () => {
    const looks = [{ server: 'nginx', kind: 'absent' }] as const;
    expect(findingsOf(makeSeenHost([], { looks, targets: [] }))).toEqual([
      { check: 'server-config', status: 'ok', subject: 'nginx', message: 'is not installed', cure: null },
    ]);
  });

  it('a server that was not found is not said to be absent by somebody who may not see all that runs', () => {
    const looks = [{ server: 'nginx', kind: 'absent' }] as const;
    const findings = findingsOf(makeSeenHost([], { looks, targets: [], isRoot: false }));
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'privileges unknown',
      'server-config unknown',
    ]);
  });

  it('the worst comes first and decides; nothing at all is unknown', () => {
    const findings = findingsOf(
      makeSeenHost([
        makeSite({
          certificates: [{ certificate: `${live}/cert.pem`, key: `${live}/privkey.pem`, chain: null }],
        }),
      ]),
    );
    expect(sortFindings(findings).map(({ status }) => status)).toEqual([
      'critical',
      'warning',
      'ok',
      'ok',
      'ok',
    ]);
    expect(worstStatus(findings)).toBe('critical');
    expect(worstStatus([])).toBe('unknown');
  });
});
