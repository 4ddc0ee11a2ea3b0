import { expect, it } from 'vitest';
import { openCounters } from '../../src/daemon/counters.ts';

it('begins with nothing', () => {
  const { renewals, durations, deploys, requests } = openCounters().read();
  expect([renewals.size, durations.size, deploys.size, requests.size]).toEqual([0, 0, 0, 0]);
});

it('counts orders by certificate, CA and result, and their lengths in seconds', () => {
  const counters = openCounters();
  const attempt = { name: 'a.example', ca: 'main', result: 'failure', durationMs: 7000 } as const;
  counters.onAttempt(attempt);
  counters.onAttempt({ ...attempt, name: 'b.example', durationMs: 500 });
  counters.onAttempt({ ...attempt, result: 'success', durationMs: 300 });
  counters.onAttempt(attempt);
  const { renewals, durations } = counters.read();
  expect([...renewals]).toEqual([
    ['name="a.example",ca="main",result="failure"', 2],
    ['name="b.example",ca="main",result="failure"', 1],
    ['name="a.example",ca="main",result="success"', 1],
  ]);
  expect([...durations].map(([labels, { count, sum }]) => [labels, count, sum])).toEqual([
    ['ca="main",result="failure"', 3, 14.5],
    ['ca="main",result="success"', 1, 0.3],
  ]);
});

it('counts deploys and requests', () => {
  const counters = openCounters();
  counters.onDeploy({ name: 'a.example', result: 'success' });
  counters.onDeploy({ name: 'a.example', result: 'failure' });
  counters.onDeploy({ name: 'a.example', result: 'failure' });
  counters.onRequest('main', 'order');
  counters.onRequest('main', 'order');
  counters.onRequest('other', 'order');
  const { deploys, requests } = counters.read();
  expect([...deploys]).toEqual([
    ['name="a.example",result="success"', 1],
    ['name="a.example",result="failure"', 2],
  ]);
  expect([...requests]).toEqual([
    ['ca="main",endpoint="order"', 2],
    ['ca="other",endpoint="order"', 1],
  ]);
});
