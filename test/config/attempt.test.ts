import { describe, expect, it } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';

const use = { stateDir: '/var/lib/certd', isExternal: true };
const top = 'account: { agree_tos: true }\ndefaults: { challenge: { webroot: /www }';

/** Where the problems are, as line:column of each file. */
function problems(text: string, isExternal: boolean, more = ''): readonly string[] {
  const files = [
    { file: 'c.yaml', text },
    { file: 'd.yaml', text: more },
  ].filter(({ text: written }) => written !== '');
  const decoded = decodeConfig(files, [], { ...use, isExternal });
  if ('config' in decoded) return [];
  return decoded.problems.map(({ file, line, column, code }) => `${file}:${line}:${column}: ${code}`);
}

describe('commands around an attempt', () => {
  const ofDefaults = `${top}, attempt: { before: [stop] } }\ncertificates: [{ domains: [a.example] }]\n`;
  const own = `${top} }\ncertificates:\n  - domains: [a.example]\n    attempt: { after: [start] }\n`;
  const dropIn = 'certificates:\n  - domains: [b.example]\n    attempt: { before: [x], after: [y] }\n';

  it.each([
    ['in defaults', ofDefaults, '', ['c.yaml:2:43: config-invalid']],
    ['of a certificate', own, '', ['c.yaml:5:5: config-invalid']],
    ['of a certificate in conf.d', own, dropIn, ['c.yaml:5:5: config-invalid', 'd.yaml:3:5: config-invalid']],
  ])('%s are refused to an issuer that hands deploys to another process', (_where, text, more, found) => {
    expect(problems(text, true, more)).toEqual(found);
    expect(problems(text, false, more)).toEqual([]);
  });

  it('are none where the lists are empty', () => {
    const text = `${top} }\ncertificates:\n  - domains: [a.example]\n    attempt: { before: [], after: [] }\n`;
    expect(problems(text, true)).toEqual([]);
  });
});
