import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

/** Every problem as `line:column code message`. */
function problemsOf(text: string): string[] {
  const decoded = decodeConfig([{ file: 'config.yaml', text }]);
  if ('config' in decoded) return [];
  return decoded.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

/** Line 1 is the account; what is given begins on line 2. */
function withAccount(rest: string): string[] {
  return problemsOf(`account: { agree_tos: true }\n${rest}`);
}

/** One certificate whose further keys begin on line 5, at column 5. */
function withCertificate(rest: string): string[] {
  return withAccount(`certificates:\n  - domains: [a.example]\n    challenge: { webroot: /w }\n${rest}`);
}

const notInShell = 'certd runs commands without a shell; quote it, or write { shell: "…" }';
const nameRule =
  'a name of a-z, 0-9, dots, underscores and hyphens, without two dots in a row, that begins with neither dot nor hyphen';

describe('broken YAML', () => {
  it.each<[string, string, string[]]>([
    ['a tab', 'account:\n\tagree_tos: true\n', ['2:1 config-syntax a tab cannot indent: use spaces']],
    [
      'a bracket that is not closed',
      'ca: [letsencrypt\naccount: { agree_tos: true }\n',
      [
        '2:1 config-syntax indentation or a closing bracket is wrong (Flow sequence in block collection must be sufficiently indented and end with a ])',
      ],
    ],
    ['a quote that is not closed', 'ca: "x\n', ['2:1 config-syntax Missing closing "quote']],
    ['a key twice', 'ca: x\nlog: {}\nca: y\n', ['3:1 config-syntax this key stands twice in one mapping']],
    [
      'two documents',
      'ca: x\n---\nca: y\n',
      ['2:1 config-syntax a second document begins here (---): a file holds one'],
    ],
    [
      'a second colon',
      'ca: see: that\n',
      ['1:5 config-syntax a second `: ` on this line: put the value in quotes'],
    ],
    ['an alias', 'ca: &x a\nlog: *x\n', ['2:6 config-syntax aliases such as *x are not supported']],
    ['a tag', 'ca: !env CA\n', ['1:5 config-syntax tags such as !name are not supported']],
    ['a key that is a list', '? [a]\n: b\n', ['1:3 config-syntax a key must be text']],
    ['__proto__', 'account:\n  __proto__: {}\n', ['2:3 config-syntax __proto__ cannot be a key']],
    ['a list at the top', '- a\n', ['1:1 config-syntax the file must be a mapping (key: value)']],
    ['bare text', 'hello\n', ['1:1 config-syntax the file must be a mapping (key: value)']],
    ['too many brackets', `ca: ${'['.repeat(40)}${']'.repeat(40)}`, ['1:36 config-syntax nested too deeply']],
    [
      'more than 256 KiB',
      `# ${'x'.repeat(256 * 1024)}`,
      ['1:1 config-syntax is larger than 256 KiB: spread it over conf.d'],
    ],
    [
      'an alias bomb',
      'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n',
      [
        '2:8 config-syntax aliases such as *a are not supported',
        '3:5 config-syntax aliases such as *b are not supported',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});

it.each([300, 700, 800, 20_000])('%d brackets end in a problem, wherever the stack ends', depth => {
  expect(problemsOf(`ca: ${'['.repeat(depth)}${']'.repeat(depth)}`)).toEqual([
    expect.stringMatching(/^1:\d+ config-syntax nested too deeply$/),
  ]);
});

describe('keys', () => {
  it('an unknown one comes with the nearest known one', () => {
    expect(withCertificate('    renwe: {}\nshedule: "* * * * *"\nplugins: []\n')).toEqual([
      '5:5 config-unknown-key there is no key `renwe` here; did you mean `renew`?',
      '6:1 config-unknown-key there is no key `shedule` here; did you mean `schedule`?',
      '7:1 config-unknown-key there is no key `plugins` here',
    ]);
  });

  it('a misspelt one is not also missing', () => {
    expect(problemsOf('account: { agree_to: true }\n')).toEqual([
      '1:12 config-unknown-key there is no key `agree_to` here; did you mean `agree_tos`?',
    ]);
  });

  it('a merge key is explained', () => {
    expect(withCertificate('    <<: {}\n')).toEqual([
      '5:5 config-unknown-key `<<` (merging another mapping) is not supported; put what all certificates share under `defaults`',
    ]);
  });

  it('an empty file lacks its account', () => {
    expect(problemsOf('# nothing yet\n')).toEqual([
      '1:1 config-invalid `account` is missing: it must be a mapping',
    ]);
  });

  it('names and domains cannot be defaults', () => {
    expect(withAccount('defaults: { name: x, domains: [a.example] }\n')).toEqual([
      '2:13 config-unknown-key there is no key `name` here',
      '2:22 config-unknown-key there is no key `domains` here',
    ]);
  });
});

describe('values', () => {
  it.each<[string, string, string]>([
    [
      'yes for true',
      'account: { agree_tos: yes }\n',
      '1:23 config-invalid `agree_tos` must be true or false, not the text "yes" (YAML 1.2 reads yes, no, on and off as text)',
    ],
    [
      'no agreement',
      'account: { agree_tos: false }\n',
      '1:23 config-invalid `agree_tos`: no CA issues without agreement to its terms of service: read them and write true',
    ],
    [
      'an e-mail address without a host',
      'account: { email: ops, agree_tos: true }\n',
      '1:19 config-invalid `email` must be an e-mail address, not the text "ops"',
    ],
    [
      'an empty value',
      'account: { agree_tos: true }\nhealth:\n',
      '2:1 config-invalid `health` must be a mapping, not nothing (give it a value or take the key out)',
    ],
    [
      'a mode without quotes',
      'account: { agree_tos: true }\nhealth: { mode: 0660 }\n',
      '2:17 config-invalid `mode` must be a file mode in quotes such as "0660", not the number 660',
    ],
    [
      'a world-writable socket',
      'account: { agree_tos: true }\nhealth: { mode: "0666" }\n',
      '2:17 config-invalid `mode`: it lets everybody on this host write',
    ],
    [
      'a relative socket',
      'account: { agree_tos: true }\nhealth: { socket: run/x }\n',
      '2:19 config-invalid `socket` must be an absolute path, one that begins with /, not the text "run/x"',
    ],
    [
      'a socket path that the kernel would cut off',
      `account: { agree_tos: true }\nhealth: { socket: /${'x'.repeat(107)} }\n`,
      '2:19 config-invalid `socket`: it is longer than the 107 bytes that a socket’s path may have',
    ],
    [
      'an unknown level',
      'account: { agree_tos: true }\nlog: { level: warning }\n',
      '2:15 config-invalid `level` must be one of trace, debug, info, warn, error, fatal, not the text "warning"',
    ],
    [
      'thresholds the wrong way round',
      'account: { agree_tos: true }\nthresholds: { warning: 5%, critical: 20% }\n',
      '2:38 config-invalid `critical` (default 5%) must be smaller than `warning` (default 20%)',
    ],
    [
      'a warning below the default of critical',
      'account: { agree_tos: true }\nthresholds: { warning: 3% }\n',
      '2:24 config-invalid `critical` (default 5%) must be smaller than `warning` (default 20%)',
    ],
    [
      'a schedule of four fields',
      'account: { agree_tos: true }\nschedule: "* * * *"\n',
      '2:11 config-invalid `schedule`: it is no cron expression: expected 5 or 6 fields but got 4 (minute, hour, day of month, month, day of week)',
    ],
    [
      'a CA over plain HTTP',
      'account: { agree_tos: true }\ncas: { corp: { directory: "http://x/d" } }\n',
      '2:27 config-invalid `directory` must be an https:// URL (RFC 8555 §6.1), not the text "http://x/d"',
    ],
    [
      'a CA with a password in its URL',
      'account: { agree_tos: true }\ncas: { corp: { directory: "https://u:p@x/d" } }\n',
      '2:27 config-invalid `directory`: it is no URL that can be asked without a user name',
    ],
    [
      'a staging that is the CA itself',
      'account: { agree_tos: true }\ncas: { corp: { directory: "https://x/d", staging: "https://x/d" } }\n',
      '2:51 config-invalid the CA `corp` cannot be its own staging: a dry run must not touch it',
    ],
    [
      'a staging that is the built-in CA itself',
      'account: { agree_tos: true }\ncas: { letsencrypt: { staging: "https://acme-v02.api.letsencrypt.org/directory" } }\n',
      '2:32 config-invalid the CA `letsencrypt` cannot be its own staging: a dry run must not touch it',
    ],
    [
      'a CA without a directory',
      'account: { agree_tos: true }\ncas: { corp: { issue_timeout: 5m } }\n',
      '2:8 config-invalid the CA `corp` needs a `directory`',
    ],
    [
      'a CA with a misspelt directory',
      'account: { agree_tos: true }\ncas: { corp: { directry: "https://x/d" } }\n',
      '2:16 config-unknown-key there is no key `directry` here; did you mean `directory`?',
    ],
    [
      'a CA with a name that climbs',
      'account: { agree_tos: true }\ncas: { ../x: { directory: "https://x/d" } }\n',
      `2:8 config-invalid the name \`../x\` must be ${nameRule}`,
    ],
    [
      'a CA that is nowhere',
      'account: { agree_tos: true }\nca: letsencrpyt\n',
      '2:5 config-invalid there is no CA `letsencrpyt`; did you mean `letsencrypt`?',
    ],
    [
      'a CA that wants external account binding, without it',
      'account: { agree_tos: true }\nca: google\n',
      '2:5 config-invalid the CA `google` wants external account binding: write `cas: { google: { eab: { kid: …, hmac_key_file: /etc/certd/google.hmac } } }` with what it gave out',
    ],
    [
      'the same of one that has no directory for all',
      'account: { agree_tos: true }\nca: digicert\n',
      '2:5 config-invalid the CA `digicert` wants external account binding: write `cas: { digicert: { directory: https://…, eab: { kid: …, hmac_key_file: /etc/certd/digicert.hmac } } }` with what it gave out',
    ],
    [
      'the same with `eab` misspelt, of which only that is said',
      'account: { agree_tos: true }\nca: google\ncas: { google: { eabs: { kid: a } } }\n',
      '3:18 config-unknown-key there is no key `eabs` here; did you mean `eab`?',
    ],
    [
      'an EAB key in the place of its file, that begins like a path',
      'account: { agree_tos: true }\ncas: { google: { eab: { kid: a, hmac_key_file: /WNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W } } }\n',
      '2:48 config-invalid `hmac_key_file`: it looks like the key itself: name a file that holds it',
    ],
    [
      'a CA that is nowhere, in a list',
      'account: { agree_tos: true }\nca: [letsencrypt, gogle]\n',
      '2:19 config-invalid there is no CA `gogle`; did you mean `google`?',
    ],
    [
      'a CA twice in a list',
      'account: { agree_tos: true }\nca: [letsencrypt, letsencrypt]\n',
      '2:5 config-invalid `ca`: it names a CA twice',
    ],
    [
      'a port that is none',
      'account: { agree_tos: true }\ncas: { letsencrypt: { validation_port: 70000 } }\n',
      '2:40 config-invalid `validation_port` must be a port from 1 to 65535, not the number 70000',
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual([expected]);
  });
});

it.each([
  ['in the place of its file', 'eab: { kid: abc, hmac_key_file: SECRET }'],
  ['under a key that is not there', 'eab: { kid: abc, hmac_key: SECRET }'],
  ['in the place of the whole', 'eab: SECRET'],
  ['that is a number', 'eab: { kid: abc, hmac_key_file: 7777 }'],
  ['on a line that is no YAML', 'eab: { kid: abc, hmac_key: SECRET'],
])('an EAB key %s is not repeated', (_, eab) => {
  const problems = withAccount(`cas: { corp: { directory: "https://ca.example/dir", ${eab} } }\n`);
  expect(problems).not.toEqual([]);
  expect(problems.join()).not.toMatch(/SECRET|7777/);
});

describe('certificates', () => {
  it.each<[string, string, string]>([
    [
      'a hook with a pipe',
      '    deploy: { hooks: [make | tee log] }\n',
      `5:23 config-invalid item 1 of \`hooks\`: \`|\` outside quotes means something to a shell; ${notInShell}`,
    ],
    [
      'hooks that are one text',
      '    deploy: { hooks: nginx -s reload }\n',
      '5:22 config-invalid `hooks` must be a list of commands, not the text "nginx -s reload" (put it in [ ], or after a hyphen)',
    ],
    [
      'a word that is a number',
      '    deploy: { hooks: [[sleep, 5]] }\n',
      '5:31 config-invalid item 2 of item 1 of `hooks` must be a word, not the number 5 (put it in quotes)',
    ],
    [
      'a hook that is a number',
      '    deploy: { hooks: [7] }\n',
      '5:23 config-invalid item 1 of `hooks` must be a command: one string, a list of words, or { shell: "…" }, not the number 7',
    ],
    [
      'a number of seconds without its unit',
      '    deploy: { timeout: 60 }\n',
      '5:24 config-invalid `timeout` must be a duration such as 90s, 10m or 12h, not the number 60',
    ],
    [
      'a renewal after the end',
      '    renew: { at: 3/2 }\n',
      '5:18 config-invalid `at`: "3/2" does not lie between 0% and 100%',
    ],
    [
      'a key type that does not exist',
      '    key: { type: rsa-4097 }\n',
      '5:18 config-invalid `type` must be one of ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072, rsa-4096, not the text "rsa-4097"; did you mean `rsa-4096`?',
    ],
    [
      'a name that climbs',
      '    name: ../../etc\n',
      `5:11 config-invalid \`name\` must be ${nameRule}, not the text "../../etc"`,
    ],
    [
      'a name with a slash',
      '    name: a/b\n',
      `5:11 config-invalid \`name\` must be ${nameRule}, not the text "a/b"`,
    ],
  ])('%s', (_, rest, expected) => {
    expect(withCertificate(rest)).toEqual([expected]);
  });

  it.each(['\\t', '\\x7f', '\\x9b', '\\u2028'])('a webroot with the control character %s', character => {
    expect(
      withAccount(`certificates:\n  - domains: [a.example]\n    challenge: { webroot: "/w${character}" }\n`),
    ).toEqual([expect.stringMatching(/^4:27 config-invalid `webroot` must be an absolute path, /)]);
  });

  it('no challenge, a mistyped one, and a relative webroot', () => {
    expect(
      withAccount(
        `certificates:
  - domains: [a.example]
  - domains: [b.example]
    challenge: { webrot: /w }
  - domains: [c.example]
    challenge: { webroot: w }
  - domains: [d.example]
    challenge: {}
`,
      ),
    ).toEqual([
      '3:5 config-invalid `challenge` is missing, here and in `defaults`: write `challenge: { webroot: /var/www/certd }`',
      '5:18 config-unknown-key there is no key `webrot` here; did you mean `webroot`?',
      '7:27 config-invalid `webroot` must be an absolute path, one that begins with /, not the text "w"',
      '9:16 config-invalid `challenge`: it says no way to answer: write `webroot: /var/www/certd`',
    ]);
  });

  it('wildcards, repeated domains and names without a dot, all in one list', () => {
    expect(
      withAccount(
        `defaults: { challenge: { webroot: /w } }
certificates:
  - domains: [a.example, "*.a.example", A.example, bücher.example, xn--bcher-kva.example, intranet]
  - domains: []
`,
      ),
    ).toEqual([
      '4:26 config-invalid item 2 of `domains`: "*.a.example" is a wildcard, which HTTP-01 cannot prove (CA/B Baseline Requirements 3.2.2.4.19); list the names one by one',
      '4:41 config-invalid a.example stands in this list already (item 1)',
      '4:68 config-invalid xn--bcher-kva.example stands in this list already (item 4)',
      '4:91 config-invalid intranet has no dot: a public CA such as letsencrypt does not issue for it',
      '5:14 config-invalid `domains` must be a list of at least one domain name, not an empty list',
    ]);
  });
});
