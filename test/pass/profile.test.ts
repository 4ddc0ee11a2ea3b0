import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { ProfileChoice, Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { realDisk } from '../../src/store/disk.ts';
import { observe } from '../../src/store/observe.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const day = 86_400_000;

function withProfile(profile: ProfileChoice | null): { readonly targets: readonly Target[] } {
  return { targets: [{ ...target, cas: [{ name: 'test', profile, preferredChain: null, settings: '' }] }] };
}

const preferred = withProfile({ name: 'short', required: false });
const required = withProfile({ name: 'short', required: true });
const seen = (host: CrashHost) => observe(host.layout(), 'crash.test');

it('the profile that was ordered stays known', async () => {
  const host = await passHost();
  host.issuer.setProfiles(['short', 'long']);
  await host.start(realDisk, 'nothing', preferred);
  expect(host.issuer.profilesOrdered).toEqual(['short']);
  expect(seen(host).issued[0]?.profile).toEqual({ wanted: 'short', ordered: 'short' });
  expect(host.logged).toEqual([]);
});

it('a preferred one that the CA lacks is ordered at the renewal after it came', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', preferred);
  expect(seen(host).issued[0]?.profile).toEqual({ wanted: 'short', ordered: null });
  expect(host.logged).toMatchObject([
    {
      level: 40,
      msg: 'order differs from the configuration',
      certificate: 'crash.test',
      code: 'profile-passed-over',
      reason: 'the CA offers no profile "short" (it has none): the order goes without',
    },
  ]);
  host.issuer.setProfiles(['short']);
  await host.start(realDisk, 'named', preferred);
  expect(host.issuer.profilesOrdered).toEqual([null]);
  host.advance(60 * day);
  await host.start(realDisk, 'nothing', preferred);
  expect(host.issuer.profilesOrdered).toEqual([null, 'short']);
});

it('a required one that the CA lacks is an error, tried daily, and at once when it is changed', async () => {
  const host = await passHost();
  host.issuer.setProfiles(['long']);
  const [result] = await host.start(realDisk, 'nothing', required);
  expect(result?.error).toMatchObject({ code: 'profile-unavailable' });
  expect(host.issuer.orders).toEqual([]);
  host.advance(day - 1);
  expect(await host.start(realDisk, 'nothing', required)).toMatchObject([{ error: null }]);
  await host.start(realDisk, 'nothing', withProfile({ name: 'long', required: true }));
  expect(host.issuer.profilesOrdered).toEqual(['long']);
});

it('a changed profile waits for the renewal, and who asks by name need not wait', async () => {
  const host = await passHost();
  host.issuer.setProfiles(['short', 'long']);
  await host.start(realDisk, 'nothing', preferred);
  const changed = withProfile({ name: 'long', required: false });
  await host.start(realDisk, 'nothing', changed);
  expect(host.issuer.orders).toHaveLength(1);
  const [now] = changed.targets;
  expect(now && planFor(now, seen(host), 'nothing', host.now()).pending).toEqual(['profile: long']);
  await host.start(realDisk, 'named', changed);
  expect(host.issuer.profilesOrdered).toEqual(['short', 'long']);
  await host.start(realDisk, 'named', changed);
  await host.start(realDisk, 'named', withProfile(null));
  expect(host.issuer.profilesOrdered).toEqual(['short', 'long', null]);
});

it('an order under way for another profile is given up', async () => {
  const host = await passHost();
  host.issuer.setProfiles(['short', 'long']);
  host.issuer.failNext('complete', new CertdError('ca-unreachable', 'down'));
  await host.start(realDisk, 'nothing', preferred);
  await host.start(realDisk, 'pass', preferred);
  expect(host.issuer.profilesOrdered).toEqual(['short']);
  host.issuer.failNext('complete', new CertdError('ca-unreachable', 'down'));
  await host.start(realDisk, 'forced', preferred);
  await host.start(realDisk, 'forced', withProfile({ name: 'long', required: false }));
  expect(host.issuer.profilesOrdered).toEqual(['short', 'short', 'long']);
  expect(seen(host).issued.at(-1)?.profile).toEqual({ wanted: 'long', ordered: 'long' });
});
