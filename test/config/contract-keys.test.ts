import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

/*
 * Every key of the configuration that certd promises, by hand. Each is taken or refused with
 * `not-available-yet`; none is unknown, and none is passed over.
 */

const certificate = `  - name: example.com
    domains: [example.com, www.example.com]
    challenge: { webroot: /var/www/certd }
`;

function codesOf(text: string): string[] {
  const decoded = decodeConfig([{ file: 'c.yaml', text }]);
  return 'config' in decoded
    ? []
    : decoded.problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** The line under test is the second, at the top level. */
function atTop(line: string): string[] {
  return codesOf(
    `account: { email: ops@example.com, agree_tos: true }\n${line}\ncertificates:\n${certificate}`,
  );
}

/** The line under test is the last, the sixth, at column 5. */
function inCertificate(line: string): string[] {
  return codesOf(`account: { agree_tos: true }\ncertificates:\n${certificate}    ${line}\n`);
}

/** The same in `defaults`: the second line, at column 13. */
function inDefaults(line: string): string[] {
  return codesOf(`account: { agree_tos: true }\ndefaults: { ${line} }\ncertificates:\n${certificate}`);
}

describe('what this version has is taken', () => {
  it.each([
    'ca: letsencrypt',
    'ca: [letsencrypt]',
    'ca: [letsencrypt, letsencrypt-staging]',
    'ca: letsencrypt-staging',
    'cas: { corp: { directory: "https://acme.corp.example/directory" } }',
    'cas: { letsencrypt: { trust: /etc/certd/corp-https.pem } }',
    'cas: { letsencrypt: { roots: /etc/certd/corp-issuing.pem } }',
    'cas: { letsencrypt: { issue_timeout: 10m } }',
    'cas: { letsencrypt: { validation_port: 80 } }',
    'cas: { letsencrypt: { staging: "https://acme.example/directory" } }',
    'cas: { zerossl: { issue_timeout: 10m } }',
    'cas: { letsencrypt: { eab: { kid: abc, hmac_key_file: /etc/certd/eab.hmac } } }',
    'cas: { letsencrypt: { profile: tlsserver } }',
    'defaults: {}',
    'schedule: "* * * * *"',
    'health: { socket: /run/certd/health.sock, mode: "0660", group: certd }',
    'thresholds: { warning: 20%, critical: 5% }',
    'log: { level: info }',
    'redeploy_on_drift: true',
    'on_clone: renew',
    'on_clone: hold',
  ])('at the top: %s', line => {
    expect(atTop(line)).toEqual([]);
  });

  it.each([
    'ca: letsencrypt',
    'key: { type: ecdsa-p256, reuse: false }',
    'key: { reuse: true }',
    'key: { type: ecdsa-p384 }',
    'key: { type: rsa-2048 }',
    'key: { type: rsa-3072 }',
    'key: { type: rsa-4096 }',
    'profile: tlsserver',
    'profile: { name: tlsserver, required: false }',
    'profile: { letsencrypt: tlsserver, google: x }',
    'preferred_chain: ISRG Root X1',
    'preferred_chain: { letsencrypt: ISRG Root X1 }',
    'renew: { at: 2/3 }',
    'renew: { at: 30d }',
    'deploy: { hooks: [nginx -s reload, [nginx, -s, reload], { shell: "a | b" }] }',
    'deploy: { test: nginx -t }',
    'deploy: { timeout: 60s }',
    'redeploy_on_drift: true',
    'deploy: { on_failure: rollback }',
    'deploy: { verify: [{ connect: "127.0.0.1:443", server_name: example.com, timeout: 30s }] }',
    'deploy: { verify: [{ connect: "[::1]:25", starttls: smtp, proxy_protocol: v2, source: remote }] }',
    'deploy: { on_failure: keep }',
    'files: [{ path: /x.pem, content: combined, owner: root, group: haproxy, mode: "0440" }]',
    'files: [{ path: /a.pem, content: cert }, { path: /b.pem, content: chain, mode: "0644" }]',
    'files: [{ path: /a.pem, content: fullchain }, { path: /b.pem, content: key, owner: "1000" }]',
    'attempt: { before: [], after: [] }',
    'attempt: { before: [systemctl stop nginx], after: [{ shell: "a | b" }] }',
    'deploy: { window: { hours: "02:00-05:00", timezone: Asia/Shanghai } }',
    'deploy: { window: { hours: "22:00-04:00" } }',
  ])('of a certificate and in defaults: %s', line => {
    expect(inCertificate(line)).toEqual([]);
    expect(inDefaults(line)).toEqual([]);
  });
});

it('addresses are taken among the domains, and as the first', () => {
  const names = 'domains: [192.0.2.1, "2001:db8::1", example.com]';
  expect(
    codesOf(`account: { agree_tos: true }\ncertificates: [{ ${names}, challenge: { webroot: /w } }]\n`),
  ).toEqual([]);
});

describe('the built-in CAs that want external account binding', () => {
  const eab = 'eab: { kid: abc, hmac_key_file: /etc/certd/eab.hmac }';

  it.each(['zerossl', 'google', 'google-staging'])('%s is taken with it, and refused without', ca => {
    expect(codesOf(withCa(ca, `cas: { ${ca}: { ${eab} } }`))).toEqual([]);
    expect(codesOf(withCa(ca, ''))).toEqual(['2:5 config-invalid']);
    expect(codesOf(withCa(ca, `cas: { ${ca}: { issue_timeout: 1h } }`))).toEqual(['2:5 config-invalid']);
  });

  it.each(['sslcom', 'digicert'])('%s needs its directory besides', ca => {
    const directory = 'directory: "https://acme.example/directory"';
    expect(codesOf(withCa(ca, `cas: { ${ca}: { ${directory}, ${eab} } }`))).toEqual([]);
    expect(codesOf(withCa(ca, `cas: { ${ca}: { ${eab} } }`))).toEqual(['3:8 config-invalid']);
    expect(codesOf(withCa(ca, `cas: { ${ca}: { ${directory} } }`))).toEqual(['2:5 config-invalid']);
    expect(codesOf(withCa(ca, ''))).toEqual(['2:5 config-invalid']);
  });

  function withCa(ca: string, cas: string): string {
    return `account: { agree_tos: true }\nca: ${ca}\n${cas}\ncertificates:\n${certificate}`;
  }
});

describe('every way to answer a challenge is taken', () => {
  it.each([
    'webroot: /var/www/certd',
    'standalone: { listen: ["0.0.0.0:80", "[::]:80"] }',
    'standalone: { socket: systemd }',
  ])('%s', line => {
    const head = 'account: { agree_tos: true }\n';
    const own = `certificates:\n  - domains: [a.example]\n    challenge: { ${line} }\n`;
    expect(codesOf(head + own)).toEqual([]);
    const shared = `defaults: { challenge: { ${line} } }\ncertificates: [{ domains: [a.example] }]\n`;
    expect(codesOf(head + shared)).toEqual([]);
  });
});

describe('what a later version brings is refused where it stands', () => {
  it.each<[string, string]>([
    ['notify: { webhook: "https://x.example" }', '2:1'],
    ['monitor: []', '2:1'],
    ['heartbeat: 5m', '2:1'],
    ['metrics: { textfile: /var/lib/node_exporter/certd.prom }', '2:1'],
    ['placeholder: true', '2:1'],
    ['notify:', '2:1'],
  ])('at the top: %s', (line, place) => {
    expect(atTop(line)).toEqual([`${place} not-available-yet`]);
  });

  it.each<[string, number]>([['placeholder: true', 0]])(
    'of a certificate and in defaults: %s',
    (line, offset) => {
      expect(inCertificate(line)).toEqual([`6:${5 + offset} not-available-yet`]);
      expect(inDefaults(line)).toEqual([`2:${13 + offset} not-available-yet`]);
    },
  );
});

describe('a wrong value in what a later version brings is called wrong', () => {
  it.each<[string, string]>([
    ['profile: 5', '6:14'],
    ['preferred_chain: []', '6:22'],
    ['files: [{ path: x.pem, content: combined }]', '6:21'],
    ['files: [{ path: /x.pem, content: pem }]', '6:38'],
    ['deploy: { test: nginx -t && true }', '6:21'],
    ['deploy: { verify: [{ connect: nowhere }] }', '6:35'],
    ['deploy: { window: { hours: 2-5 } }', '6:32'],
    ['deploy: { on_failure: ignore }', '6:27'],
    ['attempt: { before: [a | b] }', '6:25'],
    ['key: { reuse: 1 }', '6:19'],
  ])('%s', (line, place) => {
    expect(inCertificate(line)).toContain(`${place} config-invalid`);
  });

  it.each<[string, string]>([
    ['cas: { letsencrypt: { staging: "http://acme.example" } }', '2:32'],
    ['cas: { letsencrypt: { roots: here.pem } }', '2:30'],
    ['cas: { letsencrypt: { eab: { kid: abc, hmac_key_file: eab } } }', '2:55'],
    ['cas: { letsencrypt: { eab: { kid: abc } } }', '2:28'],
    ['cas: { letsencrypt: { eab: { hmac_key_file: /x } } }', '2:28'],
    ['cas: { letsencrypt: { profile: "" } }', '2:32'],
  ])('%s', (line, place) => {
    expect(atTop(line)).toContain(`${place} config-invalid`);
  });

  it('what a cloned machine does is one of two words', () => {
    expect(atTop('on_clone: ask')).toEqual(['2:11 config-invalid']);
  });

  it('an inline EAB key is an unknown key, and its value is not repeated', () => {
    const text =
      'account: { agree_tos: true }\ncas: { letsencrypt: { eab: { kid: a, hmac_key: c2VjcmV0 } } }\n';
    const decoded = decodeConfig([{ file: 'c.yaml', text }]);
    expect(JSON.stringify(decoded)).not.toContain('c2VjcmV0');
    expect(codesOf(text)).toContain('2:38 config-unknown-key');
  });
});
