import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { decodeConfig } from '../../src/config/decode.ts';

type Files = Record<string, string>;

function decode(files: Files) {
  return decodeConfig(Object.entries(files).map(([file, text]) => ({ file, text })));
}

function configOf(files: Files): Config {
  const decoded = decode(files);
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems, null, 1));
  return decoded.config;
}

function problemsOf(files: Files): string[] {
  const decoded = decode(files);
  if ('config' in decoded) return [];
  return decoded.problems.map(p => `${p.file}:${p.line}:${p.column} ${p.code} ${p.message}`);
}

const smallest = `
account: { email: ops@example.com, agree_tos: true }
certificates:
  - domains: [example.com, www.example.com]
    challenge: { webroot: /var/www/certd }
    deploy: { hooks: [nginx -s reload] }
`;

const account = 'account: { agree_tos: true }\n';
const one = (domain: string, rest = '') =>
  `  - { domains: [${domain}], challenge: { webroot: /w }${rest} }\n`;

describe('a good configuration', () => {
  it('the smallest gets every default', () => {
    expect(configOf({ 'c.yaml': smallest })).toEqual({
      account: { email: 'ops@example.com' },
      authorities: new Map([
        [
          'letsencrypt',
          {
            name: 'letsencrypt',
            directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
            stagingUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
            trustFile: null,
            rootsFile: null,
            eab: null,
            issueTimeoutMs: 600_000,
            validationPort: 80,
          },
        ],
      ]),
      knownAuthorities: expect.any(Map),
      certificates: [
        {
          name: 'example.com',
          domains: ['example.com', 'www.example.com'],
          cas: [{ name: 'letsencrypt', profile: null, preferredChain: null, settings: '' }],
          keyType: 'ecdsa-p256',
          keyReuse: false,
          challenge: { kind: 'webroot', path: '/var/www/certd' },
          renewAt: null,
          files: [],
          deploy: {
            test: null,
            hooks: [{ kind: 'argv', argv: ['nginx', '-s', 'reload'] }],
            timeoutMs: 60_000,
            verify: [],
            window: null,
            onFailure: 'rollback',
            redeployOnDrift: false,
          },
          deployDigest: expect.stringMatching(/^[0-9a-f]{16}$/),
          attempt: { before: [], after: [] },
          onClone: 'renew',
        },
      ],
      schedule: '* * * * *',
      health: { socket: null, mode: 0o660, group: null },
      thresholds: { warning: 0.2, critical: 0.05 },
      logLevel: 'info',
      warnings: [],
    });
  });

  it('knows every CA that has a directory, whether or not a certificate uses it', () => {
    const cas =
      'cas: { corp: { directory: "https://ca.corp.example/dir", issue_timeout: 20m }, letsencrypt: { directory: "https://le.example/dir" } }\n';
    const config = configOf({
      'c.yaml': `${account}${cas}ca: letsencrypt-staging\ncertificates:\n${one('a.example')}`,
    });
    expect([...config.authorities.keys()]).toEqual(['letsencrypt-staging']);
    const known = [...config.knownAuthorities].map(([name, { directoryUrl }]) => [name, directoryUrl]);
    expect(known).toEqual([
      ['letsencrypt', 'https://le.example/dir'],
      ['letsencrypt-staging', 'https://acme-staging-v02.api.letsencrypt.org/directory'],
      ['zerossl', 'https://acme.zerossl.com/v2/DV90'],
      ['google', 'https://dv.acme-v02.api.pki.goog/directory'],
      ['google-staging', 'https://dv.acme-v02.test-api.pki.goog/directory'],
      ['corp', 'https://ca.corp.example/dir'],
    ]);
    expect(config.knownAuthorities.get('corp')?.issueTimeoutMs).toBe(1_200_000);
  });

  it('knows the staging of a built-in CA, unless its directory is another one, and that of any which says so', () => {
    const lines = [
      'google: { eab: { kid: k, hmac_key_file: /k } }',
      'letsencrypt: { directory: "https://le.example/dir" }',
      'corp: { directory: "https://ca.corp.example/dir", staging: "https://staging.corp.example/dir" }',
      'plain: { directory: "https://plain.example/dir" }',
    ];
    const config = configOf({
      'c.yaml': `${account}ca: corp\ncas: { ${lines.join(', ')} }\ncertificates:\n${one('a.example')}`,
    });
    const of = (name: string) => config.knownAuthorities.get(name)?.stagingUrl;
    expect(of('google')).toBe('https://dv.acme-v02.test-api.pki.goog/directory');
    expect(of('corp')).toBe('https://staging.corp.example/dir');
    for (const name of ['letsencrypt', 'plain', 'letsencrypt-staging', 'zerossl'])
      expect(of(name)).toBeNull();
  });

  it('everything that this version has is taken over', () => {
    const config = configOf({
      'c.yaml': `
account: { agree_tos: true }
ca: [corp]
cas:
  corp:
    directory: https://acme.corp.example/directory
    trust: /etc/certd/corp.pem
    roots: /etc/certd/corp-issuing.pem
    eab: { kid: abc, hmac_key_file: /etc/certd/corp.hmac }
    issue_timeout: 90s
    validation_port: 5002
certificates:
  - name: rsa
    domains: [MÜNCHEN.example, intranet]
    key: { type: rsa-3072, reuse: false }
    challenge: { webroot: /w }
    renew: { at: 30d }
    deploy:
      timeout: 5m
      hooks: [[systemctl, reload, x], { shell: "a | b" }]
schedule: "*/5 * * * *"
health: { socket: /run/x.sock, mode: "600", group: monitoring }
thresholds: { warning: 1/3, critical: 10% }
log: { level: debug }
`,
    });
    expect(config.authorities.get('corp')).toEqual({
      name: 'corp',
      directoryUrl: 'https://acme.corp.example/directory',
      stagingUrl: null,
      trustFile: '/etc/certd/corp.pem',
      rootsFile: '/etc/certd/corp-issuing.pem',
      eab: { kid: 'abc', hmacKeyFile: '/etc/certd/corp.hmac' },
      issueTimeoutMs: 90_000,
      validationPort: 5002,
    });
    expect(config.certificates).toEqual([
      {
        name: 'rsa',
        domains: ['xn--mnchen-3ya.example', 'intranet'],
        cas: [
          {
            name: 'corp',
            profile: null,
            preferredChain: null,
            settings:
              'https://acme.corp.example/directory /etc/certd/corp.pem /etc/certd/corp-issuing.pem abc /etc/certd/corp.hmac 5002 90000',
          },
        ],
        keyType: 'rsa-3072',
        keyReuse: false,
        challenge: { kind: 'webroot', path: '/w' },
        renewAt: { kind: 'before-end', ms: 2_592_000_000 },
        files: [],
        deploy: {
          test: null,
          hooks: [
            { kind: 'argv', argv: ['systemctl', 'reload', 'x'] },
            { kind: 'shell', script: 'a | b' },
          ],
          timeoutMs: 300_000,
          verify: [],
          window: null,
          onFailure: 'rollback',
          redeployOnDrift: false,
        },
        deployDigest: expect.stringMatching(/^[0-9a-f]{16}$/),
        attempt: { before: [], after: [] },
        onClone: 'renew',
      },
    ]);
    expect(config).toMatchObject({
      account: { email: null },
      schedule: '*/5 * * * *',
      health: { socket: '/run/x.sock', mode: 0o600, group: 'monitoring' },
      thresholds: { warning: 1 / 3, critical: 0.1 },
      logLevel: 'debug',
    });
  });

  it('an entry with the name of a built-in CA changes only what it says', () => {
    const text = `${account}cas: { letsencrypt: { issue_timeout: 1h } }\ncertificates:\n${one('a.example')}`;
    expect(configOf({ 'c.yaml': text }).authorities.get('letsencrypt')).toMatchObject({
      directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
      issueTimeoutMs: 3_600_000,
    });
  });

  it('a built-in CA with a directory of the operator’s own may issue for a name without a dot', () => {
    const text = `${account}cas: { letsencrypt: { directory: "https://boulder.example/dir" } }\ncertificates:\n${one('intranet')}`;
    expect(configOf({ 'c.yaml': text }).authorities.get('letsencrypt')?.directoryUrl).toBe(
      'https://boulder.example/dir',
    );
  });

  it('only CAs that a certificate uses become authorities', () => {
    const text = `${account}ca: letsencrypt-staging\ncas: { corp: { directory: "https://x.example" } }\ncertificates:\n${one('a.example')}`;
    expect([...configOf({ 'c.yaml': text }).authorities.values()].map(ca => ca.directoryUrl)).toEqual([
      'https://acme-staging-v02.api.letsencrypt.org/directory',
    ]);
  });

  it('defaults lie under each certificate: mappings merge, lists and the challenge are taken whole', () => {
    const { certificates } = configOf({
      'c.yaml': `
account: { agree_tos: true }
defaults:
  ca: letsencrypt-staging
  key: { type: ecdsa-p384 }
  challenge: { webroot: /default }
  renew: { at: 1/2 }
  deploy: { hooks: [a, b], timeout: 5s }
certificates:
  - domains: [a.example]
  - domains: [b.example]
    ca: letsencrypt
    key: { reuse: false }
    challenge: { webroot: /own }
    renew: { at: 10d }
    deploy: { hooks: [c] }
`,
    });
    const a = { kind: 'argv', argv: ['a'] };
    const b = { kind: 'argv', argv: ['b'] };
    const c = { kind: 'argv', argv: ['c'] };
    expect(certificates).toMatchObject([
      {
        cas: [{ name: 'letsencrypt-staging' }],
        keyType: 'ecdsa-p384',
        challenge: { path: '/default' },
        renewAt: { kind: 'share', share: 0.5 },
        deploy: { hooks: [a, b], timeoutMs: 5_000 },
      },
      {
        cas: [{ name: 'letsencrypt' }],
        keyType: 'ecdsa-p384',
        challenge: { path: '/own' },
        renewAt: { kind: 'before-end', ms: 864_000_000 },
        deploy: { hooks: [c], timeoutMs: 5_000 },
      },
    ]);
    expect(certificates[1]?.deploy.hooks).toHaveLength(1);
  });

  it('files of conf.d add certificates in the order of the files, and may be empty', () => {
    const files = {
      'c.yaml': `${account}certificates:\n${one('a.example')}`,
      'conf.d/b.yaml': `certificates:\n${one('b.example')}`,
      'conf.d/c.yaml': '# nothing\n',
    };
    expect(configOf(files).certificates.map(({ name }) => name)).toEqual(['a.example', 'b.example']);
  });

  it('equal domains are allowed under different names', () => {
    const text = `${account}certificates:\n${one('a.example')}${one('a.example', ', name: a-rsa, key: { type: rsa-2048 }')}`;
    expect(configOf({ 'c.yaml': text }).certificates.map(({ name }) => name)).toEqual(['a.example', 'a-rsa']);
  });

  it('an alias-free anchor and a carriage return do no harm', () => {
    expect(
      configOf({ 'c.yaml': smallest.replace('[nginx', '&h [nginx').replaceAll('\n', '\r\n') }).certificates,
    ).toHaveLength(1);
  });
});

describe('doubts', () => {
  it('a schedule coarser than hourly', () => {
    const { warnings } = configOf({
      'c.yaml': `${account}certificates:\n${one('a.example')}schedule: "0 3 * * *"\n`,
    });
    expect(warnings).toMatchObject([{ code: 'config-doubtful', file: 'c.yaml', line: 4, column: 11 }]);
    expect(warnings[0]?.message).toMatch(/^certd looks less often than hourly/);
  });

  it('no certificates at all', () => {
    expect(configOf({ 'c.yaml': account }).warnings).toEqual([
      {
        code: 'config-doubtful',
        file: 'c.yaml',
        line: 1,
        column: 1,
        message: 'there are no `certificates`: certd has nothing to do',
      },
    ]);
  });
});

describe('names', () => {
  it('twice in one file and again in conf.d', () => {
    expect(
      problemsOf({
        'c.yaml': `${account}certificates:\n${one('a.example')}${one('a.example, b.example')}`,
        'conf.d/x.yaml': `certificates:\n${one('c.example', ', name: a.example')}`,
      }),
    ).toEqual([
      'c.yaml:4:17 config-name-taken the name a.example is taken by the certificate at c.yaml:3; add `name: a.example-2` or the like',
      'conf.d/x.yaml:2:63 config-name-taken the name a.example is taken by the certificate at c.yaml:3; choose another',
    ]);
  });

  it('equal domains in another order, with no name given to either', () => {
    const text = `${account}certificates:\n${one('a.example, b.example')}${one('b.example, A.example')}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([
      'c.yaml:4:17 config-name-taken these are the domains of the certificate at c.yaml:3; if both are meant, add `name: b.example-2`',
    ]);
  });

  it('equal domains in another order are meant where one of both has a name', () => {
    const named = one('a.example, b.example', ', name: x');
    const unnamed = one('b.example, a.example');
    expect(problemsOf({ 'c.yaml': `${account}certificates:\n${named}${unnamed}` })).toEqual([]);
    expect(problemsOf({ 'c.yaml': `${account}certificates:\n${unnamed}${named}` })).toEqual([]);
  });

  it('two lists with a bad domain each are not taken for equal', () => {
    const text = `${account}certificates:\n${one('a.example, b.example, x_')}${one('b.example, a.example, y_')}`;
    expect(problemsOf({ 'c.yaml': text }).map(line => line.split(' ')[1])).toEqual([
      'config-invalid',
      'config-invalid',
    ]);
  });

  it('a first domain of more than 200 characters needs a name', () => {
    const long = `${`${'a'.repeat(60)}.`.repeat(4)}example`;
    expect(problemsOf({ 'c.yaml': `${account}certificates:\n${one(long)}` })).toEqual([
      'c.yaml:3:17 config-invalid the first domain is too long for a name; add a `name:`',
    ]);
    expect(
      configOf({ 'c.yaml': `${account}certificates:\n${one(long, ', name: long')}` }).certificates,
    ).toHaveLength(1);
  });
});

describe('problems of several files', () => {
  it('come all at once, by file and by line', () => {
    expect(
      problemsOf({
        'c.yaml': `account: { agree_tos: no }\nca: x\ncertificates:\n${one('"*.a.example"')}`,
        'conf.d/a.yaml': 'account: {}\n',
        'conf.d/b.yaml': 'certificates: [\n',
        'conf.d/c.yaml': 'certificates:\n  - domains: [b.example]\n    deploy: { hooks: [a && b] }\n',
      }).map(line => line.split(' ', 2).join(' ')),
    ).toEqual([
      'c.yaml:1:23 config-invalid',
      'c.yaml:2:5 config-invalid',
      'c.yaml:4:17 config-invalid',
      'conf.d/a.yaml:1:1 config-unknown-key',
      'conf.d/b.yaml:2:1 config-syntax',
      'conf.d/c.yaml:2:5 config-invalid',
      'conf.d/c.yaml:3:23 config-invalid',
    ]);
  });

  it('a main file that cannot be parsed does not blame conf.d for what the main file may say', () => {
    const files = {
      'c.yaml': 'account: [\n',
      'conf.d/a.yaml': 'certificates:\n  - { domains: [a.example], ca: corp }\n',
    };
    expect(problemsOf(files)).toHaveLength(1);
  });

  it('what could not be read comes along', () => {
    const unreadable = { code: 'config-unreadable', file: 'x', line: 1, column: 1, message: 'm' } as const;
    expect(decodeConfig([], [unreadable])).toEqual({ problems: [unreadable] });
  });
});
