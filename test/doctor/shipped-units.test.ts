import { expect, it } from 'vitest';
import { shippedUnits as written } from '../../scripts/shipped-units.ts';
import { shippedUnits } from '../../src/doctor/shipped-units.ts';
import { readText } from '../support/source-tree.ts';

const names = ['certd.service', 'certd-deploy.service'];

it('doctor knows the units that are shipped', () => {
  const units = new Map(names.map(name => [name, readText(`systemd/${name}`)]));
  expect(readText('src/doctor/shipped-units.ts'), 'run `npm run shipped-units`').toBe(written(units));
});

it('what a service may do is on the list, and how it runs is not', () => {
  expect(Object.keys(shippedUnits)).toEqual(names);
  expect(shippedUnits['certd.service']).toEqual(
    expect.arrayContaining(['User=certd', 'PrivateUsers=yes', 'CapabilityBoundingSet=']),
  );
  const all = Object.values(shippedUnits).flat();
  expect(all.filter(line => /^(?:Exec|Restart|Timeout|WantedBy)/.test(line))).toEqual([]);
});
