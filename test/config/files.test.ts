import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

type Files = Readonly<Record<string, string>>;

const account = 'account: { agree_tos: true }\n';
const one = (domain: string, files: string) =>
  `  - domains: [${domain}]\n    challenge: { webroot: /w }\n    files: ${files}\n`;

function decode(files: Files, stateDir?: string) {
  const given = Object.entries(files).map(([file, text]) => ({ file, text }));
  return decodeConfig(given, [], { stateDir: stateDir ?? '/var/lib/certd', isExternal: false });
}

/** Every problem as `file:line:column message`. */
function problemsOf(files: Files, stateDir?: string): string[] {
  const decoded = decode(files, stateDir);
  if ('config' in decoded) return [];
  return decoded.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

function outputsOf(text: string) {
  const decoded = decode({ 'c.yaml': text });
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems));
  return decoded.config.certificates.map(({ files }) => files);
}

describe('the files of a certificate', () => {
  it('are taken as written', () => {
    const entry =
      '[{ path: /etc/haproxy/certs/a.pem, content: combined, owner: root, group: haproxy, mode: "0440" }]';
    expect(outputsOf(`${account}certificates:\n${one('a.example', entry)}`)).toEqual([
      [
        {
          path: '/etc/haproxy/certs/a.pem',
          content: 'combined',
          owner: 'root',
          group: 'haproxy',
          mode: 0o440,
        },
      ],
    ]);
  });

  it.each([
    ['cert', 0o444],
    ['chain', 0o444],
    ['fullchain', 0o444],
    ['key', 0o400],
    ['combined', 0o400],
  ])('%s has mode %i unless something else is said, and is whoever deploys’', (content, mode) => {
    const entry = `[{ path: /x.pem, content: ${content} }]`;
    expect(outputsOf(`${account}certificates:\n${one('a.example', entry)}`)).toEqual([
      [{ path: '/x.pem', content, owner: null, group: null, mode }],
    ]);
  });

  it('come from the defaults where it has none of its own, and from nowhere where it has an empty list', () => {
    const shared = `defaults: { challenge: { webroot: /w }, files: [{ path: /s.pem, content: cert }] }\n`;
    const text = `${account}${shared}certificates:\n  - domains: [a.example]\n${one('b.example', '[]')}`;
    expect(outputsOf(text).map(files => files.map(({ path }) => path))).toEqual([['/s.pem'], []]);
  });
});

describe('a value that cannot be used is refused where it stands', () => {
  const written = (item: string) =>
    problemsOf({ 'c.yaml': `${account}certificates:\n${one('a.example', `[${item}]`)}` });

  it.each([
    ['/a/../x.pem', 'write it without `.`, `..`, a double slash and a slash at its end'],
    ['/a/./x.pem', 'write it without `.`, `..`, a double slash and a slash at its end'],
    ['/a//x.pem', 'write it without `.`, `..`, a double slash and a slash at its end'],
    ['/a/x.pem/', 'write it without `.`, `..`, a double slash and a slash at its end'],
    ['/', 'write it without `.`, `..`, a double slash and a slash at its end'],
    ['/a/.certd-new-x.pem', 'names that begin with .certd-new- are for files that certd has not finished'],
    [`/a/${'x'.repeat(245)}`, 'the name of the file has more than 244 bytes'],
  ])('%s', (path, words) => {
    expect(written(`{ path: "${path}", content: cert }`)).toEqual([`c.yaml:5:21 \`path\`: ${words}`]);
  });

  it('the longest name', () => {
    expect(written(`{ path: "/a/${'x'.repeat(244)}", content: cert }`)).toEqual([]);
  });

  it.each(['key', 'combined'])('%s that everybody may read', content => {
    expect(written(`{ path: /x.pem, content: ${content}, mode: "0444" }`)).toEqual([
      `c.yaml:5:${content === 'key' ? 49 : 54} \`mode\`: it makes a key that everybody on this host may read`,
    ]);
    expect(written(`{ path: /x.pem, content: ${content}, mode: "0440" }`)).toEqual([]);
  });

  it('a mode that lets everybody write, and a number that is not in quotes', () => {
    expect(written('{ path: /x, content: cert, mode: "0666" }')).toEqual([
      'c.yaml:5:46 `mode`: it lets everybody on this host write',
    ]);
    expect(written('{ path: /x, content: cert, owner: 1000 }')).toEqual([
      'c.yaml:5:47 `owner` must be a name of a user or group, not the number 1000 (put it in quotes)',
    ]);
  });
});

describe('each output has a path of its own', () => {
  it('in one certificate, in two, and in two files', () => {
    const main = `${account}certificates:
  - domains: [a.example]
    challenge: { webroot: /w }
    files:
      - { path: /a.pem, content: cert }
      - { path: /b.pem, content: key }
      - { path: /a.pem, content: key }
`;
    const more = `certificates:\n${one('b.example', '[{ path: /b.pem, content: cert }]')}`;
    expect(problemsOf({ 'c.yaml': main, 'conf.d/b.yaml': more })).toEqual([
      'c.yaml:8:17 /a.pem is an output already (c.yaml:6)',
      'conf.d/b.yaml:4:21 /b.pem is an output already (c.yaml:7)',
    ]);
  });

  const shared = `${account}defaults: { challenge: { webroot: /w }, files: [{ path: /s.pem, content: cert }] }\n`;
  const alone =
    'c.yaml:2:57 every certificate without `files` of its own would write /s.pem, and only one can: write `files` below each certificate';

  it.each([
    [
      'two certificates take it from the defaults',
      '  - domains: [a.example]\n  - domains: [b.example]\n',
      [alone],
    ],
    ['one does', `  - domains: [a.example]\n${one('b.example', '[]')}`, []],
    [
      'one does, and another has it too',
      `  - domains: [a.example]\n${one('b.example', '[{ path: /s.pem, content: key }]')}`,
      ['c.yaml:7:21 /s.pem is an output already (c.yaml:2)'],
    ],
  ])('where %s', (_, certificates, problems) => {
    expect(problemsOf({ 'c.yaml': `${shared}certificates:\n${certificates}` })).toEqual(problems);
  });
});

describe('no output takes the place of something that certd needs', () => {
  const at = (path: string) =>
    `${account}certificates:\n${one('a.example', `[{ path: ${path}, content: key }]`)}`;

  it('the state directory', () => {
    expect(problemsOf({ 'c.yaml': at('/var/lib/certd/live/a/key.pem') })).toEqual([
      'c.yaml:5:21 /var/lib/certd/live/a/key.pem is in the state directory /var/lib/certd, which is certd’s own',
    ]);
    expect(problemsOf({ 'c.yaml': at('/srv/state/deployed/x') }, '/srv/state')).toEqual([
      'c.yaml:5:21 /srv/state/deployed/x is in the state directory /srv/state, which is certd’s own',
    ]);
    expect(problemsOf({ 'c.yaml': at('/var/lib/certd-outputs/key.pem') })).toEqual([]);
  });

  it('its configuration', () => {
    const more = `certificates:\n${one('b.example', '[{ path: /etc/certd/config.yaml, content: cert }]')}`;
    expect(
      problemsOf({
        '/etc/certd/config.yaml': at('/etc/certd/conf.d/b.yaml'),
        '/etc/certd/conf.d/b.yaml': more,
      }),
    ).toEqual([
      '/etc/certd/config.yaml:5:21 /etc/certd/conf.d/b.yaml is a file of this configuration',
      '/etc/certd/conf.d/b.yaml:4:21 /etc/certd/config.yaml is a file of this configuration',
    ]);
  });

  it.each([
    ['trust', 'trust: /etc/certd/x.pem', 'cas.corp.trust'],
    ['roots', 'roots: /etc/certd/x.pem', 'cas.corp.roots'],
    ['hmac_key_file', 'eab: { kid: a, hmac_key_file: /etc/certd/x.pem }', 'cas.corp.eab.hmac_key_file'],
  ])('what `%s` of a CA names', (_, written, key) => {
    const cas = `cas: { corp: { directory: "https://ca.example/dir", ${written} } }\n`;
    expect(
      problemsOf({ 'c.yaml': at('/etc/certd/x.pem').replace('certificates', `${cas}certificates`) }),
    ).toEqual([`c.yaml:6:21 /etc/certd/x.pem is what \`${key}\` names (c.yaml:2)`]);
  });

  it('a key in a webroot, which web servers hand out', () => {
    const words = 'would have a key in the webroot /w, which is for everybody to read';
    expect(problemsOf({ 'c.yaml': at('/w/tls/key.pem') })).toEqual([`c.yaml:5:21 /w/tls/key.pem ${words}`]);
    expect(problemsOf({ 'c.yaml': at('/w/tls/cert.pem').replace('key }', 'fullchain }') })).toEqual([]);
    expect(problemsOf({ 'c.yaml': at('/www/key.pem') })).toEqual([]);
  });
});
