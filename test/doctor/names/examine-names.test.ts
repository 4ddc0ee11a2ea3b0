import { describe, expect, it } from 'vitest';
import { examineNames } from '../../../src/doctor/names/examine-names.ts';
import { makeNameTools } from '../../support/make-name-tools.ts';
import { makeTarget } from '../../support/make-observed.ts';
import { elsewhere, found, here, makeCa, now } from '../../support/make-seen-names.ts';
import { makeTools } from '../../support/make-tools.ts';

const url = 'http://a.example/.well-known/acme-challenge/…';

/** What is said of the address of `a.example`, and how often the cloud was asked. */
async function look({ address, ownAddresses }: { address: string; ownAddresses: readonly string[] }) {
  let asked = 0;
  const network = {
    names: makeNameTools({ ipv4: { 'a.example': found(address) }, answers: { [url]: 404 } }),
    cloudAddresses: async () => {
      asked += 1;
      return { addresses: [elsewhere], isAllIpv4: true };
    },
    limit: new AbortController().signal,
  };
  const findings = await examineNames(
    {
      targets: [makeTarget()],
      cas: new Map([['main', makeCa()]]),
      isRoot: true,
      ownAddresses,
      validations: new Map(),
      now,
    },
    makeTools(),
    network,
  );
  const said = findings.filter(({ check }) => check === 'name-address');
  return { asked, said: said.map(({ status, message }) => `${status} ${message}`) };
}

describe('the cloud', () => {
  it.each([[['10.0.0.5']], [['10.0.0.5', '2620:fe::10']], [[]]])(
    'is asked for the addresses of a host that has no public IPv4 address itself: %j',
    async ownAddresses => {
      expect(await look({ address: elsewhere, ownAddresses })).toEqual({
        asked: 1,
        said: ['ok leads to this host, 8.8.4.4'],
      });
    },
  );

  it('is not asked by a host that has one: outside a cloud whoever answers there is somebody else', async () => {
    expect(await look({ address: elsewhere, ownAddresses: ['10.0.0.5', here] })).toEqual({
      asked: 0,
      said: ['warning leads to 8.8.4.4; this host has 9.9.9.10'],
    });
  });
});
