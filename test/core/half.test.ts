import { expect, it } from 'vitest';
import { configOf } from '../../src/core/half.ts';
import { makeEndpoint, makeTarget } from '../support/make-observed.ts';

const here = makeEndpoint();
const away = makeEndpoint({ connect: 'a.example:443', source: 'remote' });
const config = { certificates: [makeTarget({ deploy: { verify: [here, away] } })], schedule: '* * * * *' };

it.each([
  ['both', [here, away]],
  ['issuer', [away]],
  ['deployer', [here]],
] as const)('%s looks at endpoints of its own, and goes by all else as it is', (half, verify) => {
  const [target] = config.certificates;
  expect(configOf(half, config)).toEqual({
    ...config,
    certificates: [{ ...target, deploy: { ...target?.deploy, verify } }],
  });
});
