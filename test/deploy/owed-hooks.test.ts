import { expect, it } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { hookKey, hookName, owedHooks } from '../../src/deploy/owed-hooks.ts';

const argv = (...words: [string, ...string[]]): Command => ({ kind: 'argv', argv: words });

it.each([
  [argv('/usr/bin/curl', '-H', 'X-Token: swordfish'), 'hook 2 (curl)'],
  [argv('nginx', '-s', 'reload'), 'hook 2 (nginx)'],
  [{ kind: 'shell', script: 'curl -u me:swordfish https://a.example' }, 'hook 2 (shell script)'],
] as const)('names a hook by position and program, and shows none of its arguments', (command, name) => {
  expect(hookName({ command, position: 2 })).toBe(name);
});

it('knows the hooks that are done by position and text', () => {
  const hooks = [argv('reload'), argv('settle'), argv('reload')];
  const positions = (done: readonly string[]) => owedHooks(hooks, done).map(({ position }) => position);
  expect(positions([])).toEqual([1, 2, 3]);
  expect(positions([hookKey(argv('reload'), 1)])).toEqual([2, 3]);
  expect(positions([hookKey(argv('reload'), 1), hookKey(argv('settle'), 2)])).toEqual([3]);
  expect(positions([hookKey(argv('settle'), 1), 'unknown'])).toEqual([1, 2, 3]);
});
