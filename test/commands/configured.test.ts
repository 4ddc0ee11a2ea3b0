import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { configured } from '../../src/commands/configured.ts';
import { ownDir } from '../support/state-dir.ts';

let file: string;

beforeEach(() => {
  file = join(ownDir(), 'config.yaml');
});

it('tells a reload the first problem and how many more there are, and keeps all of them for the log', () => {
  writeFileSync(
    file,
    'account: { agree_tos: true }\nshedule: x\nlock: y\ncertificates: [{ domains: ["*.example"] }]\n',
  );
  const first = `${file}:2:1: config-unknown-key: `;
  expect(() => configured({ config: file, stateDir: '/var/lib/certd' })).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringMatching(
        /:2:1: config-unknown-key: .* \(and 3 more; certd check-config shows them\)$/,
      ),
      facts: { problems: expect.stringContaining(first) },
    }),
  );
  expect(() => configured({ config: file, stateDir: '/var/lib/certd' })).toThrow(
    expect.objectContaining({
      facts: { problems: expect.stringMatching(/:2:1: .*; .*:3:1: .*; .*:4:16: .*; .*:4:28: /) },
    }),
  );
});

it('counts nothing where there is one problem alone', () => {
  writeFileSync(file, 'account: { agree_tos: true }\nshedule: x\ncertificates: []\n');
  expect(() => configured({ config: file, stateDir: '/var/lib/certd' })).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/:2:1: config-unknown-key: [^(]*$/) }),
  );
});
