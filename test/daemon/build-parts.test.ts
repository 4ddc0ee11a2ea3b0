import { expect, it, onTestFinished } from 'vitest';
import { buildParts } from '../../src/daemon/build-parts.ts';
import { openLog } from '../../src/log.ts';
import { makeBuildHost } from '../support/make-build-host.ts';
import { makeConfig } from '../support/make-config.ts';

it.each([
  ['debug', ['hook begins: a.example ["curl","-H","X-Token: swordfish"]']],
  ['info', []],
])('shows the command of a hook at level debug alone: %s', async (level, lines) => {
  const logged: string[] = [];
  const write = (line: string) => {
    const { msg, certificates, hook } = JSON.parse(line);
    logged.push(`${msg}: ${certificates} ${hook}`);
  };
  const ran = { outcome: 'ok', detail: 'exit 0', output: '' } as const;
  const { signal } = new AbortController();
  const steps: string[] = [];
  const host = await makeBuildHost({
    log: openLog({ level, style: 'json', write }),
    runHook: async () => {
      steps.push('runs');
      return ran;
    },
    beginStep: limitMs => {
      steps.push(`begins for ${limitMs} ms`);
      return () => void steps.push('ends');
    },
  });
  const { parts, close } = buildParts(makeConfig([]), host);
  onTestFinished(close);
  const command = { kind: 'argv', argv: ['curl', '-H', 'X-Token: swordfish'] } as const;
  const env = { CERTD_NAME: 'a.example' };
  expect(await parts.runHook({ command, env, timeoutMs: 1000, graceMs: 100, signal })).toBe(ran);
  expect(logged).toEqual(lines);
  expect(steps).toEqual(['begins for 1200 ms', 'runs', 'ends']);
});
