import { expect, it } from 'vitest';
import { makeGeneration, makeObserved } from '../../support/make-observed.ts';
import { makeStatus } from '../../support/make-status.ts';

const old = makeGeneration();
const fresh = makeGeneration({ id: '0002-55667788' });

it.each([
  ['rolled-back where what is live is older than one that was rejected', old, [fresh.id], 'rolled-back'],
  ['deployed where nothing is rejected', fresh, [], 'deployed'],
  ['deployed where an older one is rejected', fresh, [old.id], 'deployed'],
  ['owed where what is live is rejected: the way back', fresh, [fresh.id], 'owed'],
] as const)('the deploy is %s', (_words, live, rejected, state) => {
  const seen = makeObserved({ issued: [old, fresh], live, deploy: { deployed: live.id, rejected } });
  const document = makeStatus({ observed: [seen] });
  expect(document.certificates[0]?.deploy.state).toBe(state);
});
