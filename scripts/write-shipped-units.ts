// `npm run shipped-units`: systemd/ -> src/doctor/units/shipped-units.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedUnitNames, shippedUnits } from './shipped-units.ts';

const root = join(import.meta.dirname, '..');
const units = shippedUnitNames.map(
  name => [name, readFileSync(join(root, 'systemd', name), 'utf8')] as const,
);
writeFileSync(join(root, 'src/doctor/units/shipped-units.ts'), shippedUnits(new Map(units)));
