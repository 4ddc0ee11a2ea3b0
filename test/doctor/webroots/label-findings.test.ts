import { expect, it } from 'vitest';
import { checks } from '../../../src/doctor/checks.ts';
import { labelFinding, type WebrootLabels } from '../../../src/doctor/webroots/label-findings.ts';
import type { PolicyAnswer } from '../../../src/doctor/webroots/selinux.ts';

/** nginx where SELinux is enforced. `answers`: for the root, the webroot and a file in it. */
function say(answers: readonly PolicyAnswer[] | null, change: Partial<WebrootLabels> = {}) {
  const places = [
    { path: '/', label: 'u:r:root_t:s0' },
    { path: '/data', label: 'u:r:data_t:s0' },
    { path: '/data', label: 'u:r:data_t:s0' },
  ];
  const steps = answers?.map((answer, index) => ({ path: '', label: '', ...places[index], answer })) ?? null;
  return labelFinding({
    webroot: '/data',
    server: 'nginx',
    mode: 'enforcing',
    domain: 'u:r:httpd_t:s0',
    steps,
    ...change,
  });
}

it('what is allowed is ok', () => {
  expect(say(['allowed', 'allowed', 'allowed'])).toEqual({
    check: 'webroot-label',
    status: 'ok',
    subject: '/data',
    message: 'SELinux lets nginx read what has the label u:r:data_t:s0',
    cure: null,
  });
});

it('what is refused is critical, with the label and its cure', () => {
  expect(say(['allowed', 'refused', 'refused'])).toEqual({
    check: 'webroot-label',
    status: 'critical',
    subject: '/data',
    message:
      'SELinux refuses it: nginx (u:r:httpd_t:s0) may not read what has the label u:r:data_t:s0, as /data has',
    cure: checks['webroot-label'].cure,
  });
  expect(say(['refused', 'allowed', 'allowed']).message).toMatch(/u:r:root_t:s0, as \/ has$/);
  expect(say(['allowed', 'allowed', 'refused']).status).toBe('critical');
});

const warning = {
  check: 'webroot-label',
  status: 'warning',
  subject: '/data',
  message:
    'SELinux only logs it, and would refuse it once that is enforced: nginx (u:r:httpd_t:s0) may not read what has the label u:r:data_t:s0, as /data has',
  cure: checks['webroot-label'].cure,
};

it('what is only logged is a warning, whether of the host or of the server', () => {
  expect(say(['allowed', 'refused', 'refused'], { mode: 'permissive' })).toEqual(warning);
  expect(say(['allowed', 'logged', 'logged'])).toEqual(warning);
  expect(say(['allowed', 'allowed', 'allowed'], { mode: 'permissive' }).status).toBe('ok');
});

it('what the kernel does not say is unknown, unless something else is refused', () => {
  expect(say(['unknown', 'allowed', 'allowed'])).toMatchObject({
    status: 'unknown',
    message: 'the kernel does not say what nginx (u:r:httpd_t:s0) may do with u:r:root_t:s0',
    cure: expect.stringContaining('as root'),
  });
  expect(say(['logged', 'allowed', 'unknown']).status).toBe('unknown');
  expect(say(['allowed', 'unknown', 'allowed'], { mode: 'permissive' }).status).toBe('unknown');
  expect(say(['unknown', 'allowed', 'refused']).status).toBe('critical');
  expect(say(['unknown', 'allowed', 'refused'], { mode: 'permissive' }).status).toBe('warning');
});

it('without its labels, those of the server or the mode nothing is known', () => {
  expect(say(null)).toMatchObject({
    status: 'unknown',
    message: expect.stringMatching(/^it is not there, or/),
  });
  expect(say([])).toMatchObject({ status: 'unknown' });
  expect(say(['allowed'], { domain: null })).toMatchObject({
    status: 'unknown',
    message: 'nginx does not run, or its label cannot be read',
  });
  expect(say(['allowed'], { mode: 'unknown' })).toMatchObject({
    status: 'unknown',
    message: 'the kernel does not say whether SELinux is enforced',
  });
});
