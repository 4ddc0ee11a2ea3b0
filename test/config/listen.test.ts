import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

type Files = Readonly<Record<string, string>>;

const account = 'account: { agree_tos: true }\n';
const one = (domain: string, challenge: string, more = '') =>
  `  - { domains: [${domain}], challenge: { standalone: ${challenge} }${more} }\n`;

function decode(files: Files) {
  return decodeConfig(Object.entries(files).map(([file, text]) => ({ file, text })));
}

function configOf(text: string) {
  const decoded = decode({ 'c.yaml': text });
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems));
  return decoded.config;
}

/** Every problem as `file:line:column message`. */
function problemsOf(files: Files): string[] {
  const decoded = decode(files);
  if ('config' in decoded) return [];
  return decoded.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

describe('a standalone challenge', () => {
  it('names the addresses, each in its shortest form', () => {
    const text = `${account}certificates:\n${one('a.example', '{ listen: ["192.0.2.1:80", "[2001:DB8:0:0::1]:8080", "[0::0]:80"] }')}`;
    expect(configOf(text).certificates[0]?.challenge).toEqual({
      kind: 'standalone',
      listen: [
        { address: '192.0.2.1', port: 80 },
        { address: '2001:db8::1', port: 8080 },
        { address: '::', port: 80 },
      ],
    });
  });

  it('may take the sockets of systemd', () => {
    const text = `${account}certificates:\n${one('a.example', '{ socket: systemd }')}`;
    expect(configOf(text).certificates[0]?.challenge).toEqual({ kind: 'systemd-socket' });
  });

  it('is one choice, taken whole from the certificate or from the defaults', () => {
    const text = `${account}defaults: { challenge: { standalone: { listen: ["0.0.0.0:80"] } } }
certificates:
  - { domains: [a.example] }
  - { domains: [b.example], challenge: { webroot: /w } }
`;
    expect(configOf(text).certificates.map(({ challenge }) => challenge)).toEqual([
      { kind: 'standalone', listen: [{ address: '0.0.0.0', port: 80 }] },
      { kind: 'webroot', path: '/w' },
    ]);
  });
});

describe('what cannot be listened on is refused where it stands', () => {
  const such = 'such as "0.0.0.0:80" or "[::]:80"';
  it.each([
    ['"example.com:80"', `"example.com:80" is no IP address with a port, ${such}`],
    ['":80"', `":80" is no IP address with a port, ${such}`],
    ['"*:80"', `"*:80" is no IP address with a port, ${such}`],
    ['"010.0.0.1:80"', `"010.0.0.1:80" is no IP address with a port, ${such}`],
    ['"[fe80::1%eth0]:80"', `"[fe80::1%eth0]:80" is no IP address with a port, ${such}`],
    ['0.0.0.0', '0.0.0.0 lacks a port: write "0.0.0.0:80"'],
    ['"[::]"', '[::] lacks a port: write "[::]:80"'],
    ['"2001:db8::1"', '2001:db8::1 lacks brackets and a port: write "[2001:db8::1]:80"'],
    ['"1:2:3:4:5:6:7:8:80"', '1:2:3:4:5:6:7:8:80 lacks brackets: write "[1:2:3:4:5:6:7:8]:80"'],
    ['"0.0.0.0:0"', '"0.0.0.0:0" has no port from 1 to 65535'],
    ['"0.0.0.0:65536"', '"0.0.0.0:65536" has no port from 1 to 65535'],
    ['"0.0.0.0:080"', '"0.0.0.0:080" has no port from 1 to 65535'],
  ])('%s', (address, message) => {
    const text = `${account}certificates:\n${one('a.example', `{ listen: [${address}] }`)}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([`c.yaml:3:65 item 1 of \`listen\`: ${message}`]);
  });

  it.each([
    ['80', '`standalone` must be a mapping, not the number 80'],
    [
      '{}',
      '`standalone`: it needs either `listen: ["0.0.0.0:80", "[::]:80"]` or `socket: systemd`, and not both',
    ],
  ])('%s', (written, message) => {
    const text = `${account}certificates:\n${one('a.example', written)}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([`c.yaml:3:54 ${message}`]);
  });

  it('two ways at once', () => {
    const both = '{ listen: ["0.0.0.0:80"], socket: systemd }';
    expect(problemsOf({ 'c.yaml': `${account}certificates:\n${one('a.example', both)}` })).toHaveLength(1);
    const webroot = `${account}certificates:\n  - { domains: [a.example], challenge: { webroot: /w, standalone: { socket: systemd } } }\n`;
    expect(problemsOf({ 'c.yaml': webroot })).toEqual([
      'c.yaml:3:40 `challenge`: it says two ways to answer: keep `webroot` or `standalone`',
    ]);
  });

  it('an empty list, one text in place of a list, and another socket than systemd’s', () => {
    const text = `${account}certificates:\n${one('a.example', '{ listen: [] }')}${one('b.example', '{ listen: "0.0.0.0:80" }')}${one('c.example', '{ socket: /run/x }')}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([
      'c.yaml:3:64 `listen` must be a list of at least one address, not an empty list',
      'c.yaml:4:64 `listen` must be a list of addresses, not the text "0.0.0.0:80" (put it in [ ], or after a hyphen)',
      'c.yaml:5:64 `socket` must be one of systemd, not the text "/run/x"',
    ]);
  });
});

describe('addresses against each other', () => {
  it('may be the same in several certificates', () => {
    const listen = '{ listen: ["0.0.0.0:80", "[::]:80", "127.0.0.1:8080"] }';
    const text = `${account}certificates:\n${one('a.example', listen)}${one('b.example', listen)}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([]);
  });

  it('stand in a list once', () => {
    const text = `${account}certificates:\n${one('a.example', '{ listen: ["[::]:80", "[0::]:80"] }')}`;
    expect(problemsOf({ 'c.yaml': text })).toEqual([
      'c.yaml:3:76 [::]:80 stands in this list already (item 1)',
    ]);
  });

  it('do not overlap, in whatever file they stand', () => {
    const main = `${account}defaults: { challenge: { standalone: { listen: ["0.0.0.0:80"] } } }\n`;
    const dropIn = `certificates:\n${one('a.example', '{ listen: ["[::1]:80", "127.0.0.1:80"] }')}`;
    expect(problemsOf({ 'c.yaml': main, 'conf.d/a.yaml': dropIn })).toEqual([
      'conf.d/a.yaml:2:77 127.0.0.1:80 and 0.0.0.0:80 (c.yaml:2) overlap, and certd cannot listen on both: write the wider one in both places',
    ]);
  });
});

describe('a port that the CA does not validate on is a doubt', () => {
  const doubtsOf = (text: string) =>
    configOf(text).warnings.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
  const doubt = (ca: string, port: number, address: string) =>
    `config-doubtful the CA ${ca} validates on port ${port}, and certd will not listen there: that works only where the port is forwarded to ${address}`;

  it('at the certificate', () => {
    const text = `${account}cas: { lab: { directory: "https://ca.example/dir", validation_port: 5002 } }
certificates:
${one('a.example', '{ listen: ["0.0.0.0:8080"] }')}${one('b.example', '{ listen: ["0.0.0.0:80"] }')}${one('c.example', '{ listen: ["0.0.0.0:80"] }', ', ca: lab')}${one('d.example', '{ listen: ["0.0.0.0:5002"] }', ', ca: lab')}`;
    expect(doubtsOf(text)).toEqual([
      `4:65 ${doubt('letsencrypt', 80, '0.0.0.0:8080')}`,
      `6:65 ${doubt('lab', 5002, '0.0.0.0:80')}`,
    ]);
  });

  it('once at the defaults, and not where nobody uses them', () => {
    const defaults = `${account}defaults: { challenge: { standalone: { listen: ["[::]:8080"] } } }\n`;
    const users = 'certificates: [{ domains: [a.example] }, { domains: [b.example] }]\n';
    expect(doubtsOf(defaults + users)).toEqual([`2:49 ${doubt('letsencrypt', 80, '[::]:8080')}`]);
    expect(
      doubtsOf(`${defaults}certificates: [{ domains: [a.example], challenge: { webroot: /w } }]\n`),
    ).toEqual([]);
  });
});
