import { expect, it } from 'vitest';
import { parseSource } from '../../../src/config/parse.ts';
import { type FirstConfig, firstConfig } from '../../../src/core/host/first-config.ts';

const smallest: FirstConfig = {
  domains: ['example.com', 'www.example.com'],
  email: 'ops@example.com',
  ca: null,
  profile: null,
  webroot: '/var/www/certd',
  hooks: ['nginx -s reload'],
};

it('is the smallest configuration of the contract', () => {
  expect(firstConfig(smallest)).toBe(`account: { email: ops@example.com, agree_tos: true }
certificates:
  - domains: [example.com, www.example.com]
    challenge: { webroot: /var/www/certd }
    deploy: { hooks: [nginx -s reload] }
`);
});

it('has no line that nobody asked for, and one for each that somebody did', () => {
  expect(
    firstConfig({
      domains: ['mail.example.com', '192.0.2.1'],
      email: null,
      ca: 'letsencrypt-staging',
      profile: 'shortlived',
      webroot: null,
      hooks: [],
    }),
  ).toBe(`account: { agree_tos: true }
ca: letsencrypt-staging
certificates:
  - domains: [mail.example.com, "192.0.2.1"]
    profile: shortlived
    challenge: { standalone: { socket: systemd } }
`);
});

const awkward = [
  'yes',
  'No',
  'null',
  '~',
  'true',
  '12',
  '1e3',
  '0x1f',
  '.inf',
  '-',
  '- a',
  '? a',
  'a: b',
  'a:',
  'a #b',
  '#a',
  '&a b',
  '*a',
  '!a b',
  '| a',
  '> a',
  '%a',
  '@a',
  '`a`',
  'a, b',
  '[a]',
  '{a}',
  '"a"',
  "'a'",
  'a\\b',
  'a\\',
  '\\n',
  ' a ',
  'a  b',
  'a\tb',
  'a\nb',
  'a\r\nb',
  '\u0000',
  '\u0007\u001b[2J',
  '\u007f',
  '\u0085',
  'a\u00a0b',
  '\u2028\u2029',
  '\ufeff',
  '\u202e',
  'müller.example',
  '例え.テスト',
  '😀',
  '\ud800',
  '<<',
  '__proto__',
  '2001:db8::1',
  '::1',
  '2026-11-28',
  'nginx -s reload',
  'sh -c "a | b; c && $(d)"',
  `sh -c 'it'\\''s'`,
  '--- a',
  '... a',
  '',
];

it.each(awkward)('%j is read as it was given, wherever it stands', text => {
  const yaml = firstConfig({
    domains: [text, 'a', text],
    email: text,
    ca: text,
    profile: text,
    webroot: text,
    hooks: [text, 'b c'],
  });
  expect(yaml.split('\n')).toHaveLength(8);
  expect(yaml).toMatch(/^[\x20-\x7e\n]*$/);
  const parsed = parseSource('c.yaml', yaml);
  expect('source' in parsed ? parsed.source.data : parsed.problems).toEqual({
    account: { email: text, agree_tos: true },
    ca: text,
    certificates: [
      {
        domains: [text, 'a', text],
        profile: text,
        challenge: { webroot: text },
        deploy: { hooks: [text, 'b c'] },
      },
    ],
  });
});

it('a thousand texts of such pieces, put together by a fixed order, are read as they were given', () => {
  let state = 1;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const texts = Array.from({ length: 1000 }, () =>
    Array.from({ length: 1 + next(4) }, () => awkward[next(awkward.length)]).join(['', ' ', '/'][next(3)]),
  );
  const parsed = parseSource('c.yaml', firstConfig({ ...smallest, hooks: texts }));
  expect('source' in parsed ? parsed.source.data : parsed.problems).toMatchObject({
    certificates: [{ deploy: { hooks: texts } }],
  });
});
