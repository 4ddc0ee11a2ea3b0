import { expect, it } from 'vitest';
import { shippedUnitNames, shippedUnits as written } from '../../../scripts/shipped-units.ts';
import { shippedUnits } from '../../../src/doctor/units/shipped-units.ts';
import { readText } from '../../support/source-tree.ts';

it('doctor knows the units that are shipped', () => {
  const units = new Map(shippedUnitNames.map(name => [name, readText(`systemd/${name}`)]));
  expect(readText('src/doctor/units/shipped-units.ts'), 'run `npm run shipped-units`').toBe(written(units));
});

it('what a unit says of itself is on the list, and what it is in and is wanted by is not', () => {
  expect(Object.keys(shippedUnits)).toEqual([
    'certd.service',
    'certd-deploy.service',
    'certd-deploy.path',
    'certd-deploy.timer',
    'certd-http.socket',
  ]);
  expect(shippedUnits['certd.service']).toEqual(
    expect.arrayContaining(['User=certd', 'PrivateUsers=yes', 'CapabilityBoundingSet=', 'Restart=always']),
  );
  expect(shippedUnits['certd-deploy.path']).toEqual([
    '[Path]',
    'DirectoryNotEmpty=/var/lib/certd/issuer/requests',
  ]);
  const all: readonly string[] = Object.values(shippedUnits).flat();
  expect(all.filter(line => /^(?:Description|After|Wants|WantedBy)/.test(line))).toEqual([]);
});
