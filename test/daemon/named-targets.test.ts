import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namedTargets } from '../../src/daemon/named-targets.ts';
import { makeGeneration, makeObserved, makeTarget } from '../support/make-observed.ts';
import { name, stateRoom } from '../support/state-room.ts';

let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'certd-named-'));
});

afterAll(() => rmSync(cache, { recursive: true }));

const targets = ['a', 'b'].map(name => makeTarget({ name }));

/** `a` is configured and live; `gone` and `lost` are live alone; of `scrap` there is only something issued. */
const world = {
  names: () => ['a', 'gone', 'lost', 'scrap'],
  seen: (name: string) =>
    makeObserved({ name, issued: [makeGeneration()], ...(name === 'scrap' ? { live: null } : {}) }),
};

const words = (names: readonly string[]) => () => namedTargets(targets, names, world);

it('takes the named ones of the configuration, and all without a name', () => {
  expect(namedTargets(targets, ['b'], world)).toEqual([targets[1]]);
  expect(namedTargets(targets, [], world)).toEqual(targets);
});

it.each([
  [['gone'], 'gone is live, but not in the configuration any more'],
  [['b', 'lost', 'gone'], 'gone, lost are live, but not in the configuration any more'],
  [['scrap'], 'no certificate is named scrap; there are: a, b'],
  [['nope'], 'no certificate is named nope; there are: a, b'],
])('of %j says: %s', (names, message) => {
  expect(words(names)).toThrow(expect.objectContaining({ code: 'usage', message }));
});

it.each(['plan', 'renew'])(
  'certd %s of a certificate that has left the configuration says so',
  async command => {
    const room = await stateRoom(cache);
    await room.issue('0001-aabbccdd', -30, 60);
    await room.deploy('0001-aabbccdd');
    room.forgetCertificate();
    expect(await room.certd(command, name)).toEqual({
      code: 64,
      stdout: '',
      lines: [`certd: usage: ${name} is live, but not in the configuration any more`],
    });
  },
);
