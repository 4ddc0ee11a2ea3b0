import { expect, it } from 'vitest';
import { nextSteps } from '../../src/commands/next-steps.ts';

it('certd init ends with how certd is started', () => {
  expect(nextSteps(false)).toBe(`next, under systemd:
  certd check-config       # with what certd.service needs beside its own
  systemctl enable --now $(certd check-config --units)
  certd status --watch
`);
});

it('and with what the web server needs before that, where it hands out the challenges', () => {
  expect(nextSteps(true)).toMatch(
    /^next, under systemd:\n {2}certd snippet nginx .*\n {2}certd check-config /,
  );
});
