import { expect, it } from 'vitest';
import { statusText } from '../../src/commands/status-text.ts';
import { problem } from '../../src/core/status/certificate-problems.ts';
import { expectGolden } from '../support/golden.ts';
import { threeHundred } from '../support/many-certificates.ts';
import { exampleStatus, examples, refusedReload, statusOf } from '../support/status-examples.ts';

const everything = () => {
  const names = Object.keys(examples).filter(name => name !== 'corrupt');
  return exampleStatus(names, { problems: [refusedReload] });
};

it.each([60, 80, 160])('shows every kind of certificate on %d columns', width => {
  expectGolden(`status-${width}.txt`, statusText(everything(), { width, color: false }));
});

it('shows a name that is too long for the table, and a path that is too long for a line, whole', () => {
  const text = statusText(exampleStatus(['well', 'corrupt']), { width: 60, color: false });
  expectGolden('status-long-name-60.txt', text);
});

it.each([60, 80, 160])('shows one certificate on %d columns', width => {
  expectGolden(`status-one-${width}.txt`, statusText(exampleStatus(['well']), { width, color: false }));
});

it.each([60, 80, 160])(
  'of three hundred shows those with a problem, and counts the rest, on %d columns',
  width => {
    expectGolden(`status-many-${width}.txt`, statusText(statusOf(threeHundred()), { width, color: false }));
  },
);

it.each([60, 80, 160])('groups by problem what is too many to be shown one by one, on %d columns', width => {
  const document = statusOf(threeHundred({ unreachable: 200 }));
  expectGolden(`status-groups-${width}.txt`, statusText(document, { width, color: false }));
});

it('a hundred that are well take four lines', () => {
  const text = statusText(statusOf(threeHundred().slice(25, 125)), { width: 80, color: false });
  expect(text.split('\n')).toEqual([
    'OK: 100 certificates (certd 0.1.0, pid 812)',
    '',
    'all 100 are ok; the next renewal is host-025.example in 4d',
    'certd status NAME shows one, --json everything',
    '',
  ]);
});

it('shows where the CA says why it has its window', () => {
  const [well] = exampleStatus(['well']).certificates;
  if (well === undefined) throw new Error('no example');
  const renewal = { ...well.renewal, explanation_url: 'https://ca.example/incidents/2026-05-08' };
  const document = { ...exampleStatus(['well']), certificates: [{ ...well, renewal }] };
  const lines = statusText(document, { width: 60, color: false }).split('\n');
  expect(lines.slice(-3)).toEqual([
    '  the CA says why it has this window:',
    '    https://ca.example/incidents/2026-05-08',
    '',
  ]);
});

it('shows all that were asked for by name', () => {
  const text = statusText(statusOf(threeHundred()), { width: 160, color: false }, true);
  expect(text.match(/^host-\d+\.example /gm)).toHaveLength(300);
});

it('without a daemon says so before anything else', () => {
  const dead = problem('daemon-dead', 'warning', null, 'no daemon answers on /run/certd/health.sock', null);
  const change = { source: 'disk', pid: null, status: 'warning', problems: [dead] } as const;
  expectGolden(
    'status-disk-80.txt',
    statusText(exampleStatus(['well'], change), { width: 80, color: false }),
  );
});

it('without any certificate has no table', () => {
  expect(statusText(exampleStatus([]), { width: 80, color: false })).toBe(
    'OK: 0 certificates (certd 0.1.0, pid 812)\n',
  );
});

it('the document of everything is golden too: other programs read it', () => {
  expectGolden('status.json.txt', `${JSON.stringify(everything(), null, 2)}\n`);
});

it('colour changes no letter, and is red, yellow or green by level', () => {
  const style = { width: 160, color: false };
  const colored = statusText(everything(), { ...style, color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked at
  expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(statusText(everything(), style));
  expect(colored).toContain('\u001b[31mCRITICAL\u001b[0m: 9 certificates');
  expect(colored).toContain('\u001b[33m  ! deploy-owed:');
  expect(statusText(exampleStatus(['well']), { width: 80, color: true })).toContain('\u001b[32mOK\u001b[0m');
});

it('no text of others reaches the terminal as anything but text', () => {
  const evil = 'a\u001b[2Jb\r\u009b31mc\u202ed\u2028e\u0007\tf';
  const [certificate] = exampleStatus(['well']).certificates;
  if (certificate === undefined) throw new Error('the example is missing');
  const lying = {
    ...certificate,
    name: evil,
    problems: [problem('ca-refused', 'warning', evil, `${evil}\nOK: 9 certificates`, null)],
  };
  const change = { version: evil, problems: [problem('config-refused', 'warning', null, evil, null)] };
  for (const width of [60, 160]) {
    const text = statusText(exampleStatus([], { ...change, certificates: [lying] }), { width, color: false });
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('! config-refused: a [2Jb 31mc d e f\n');
    // A line of their own it is, but indented: it cannot pose as one of certd's.
    expect(text).toContain('\n      OK: 9 certificates\n');
  }
});
