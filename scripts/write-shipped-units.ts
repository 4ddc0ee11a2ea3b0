// `npm run shipped-units`: systemd/ -> src/doctor/shipped-units.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedUnits } from './shipped-units.ts';

const root = join(import.meta.dirname, '..');
const names = [
  'certd.service',
  'certd-deploy.service',
  'certd-deploy.path',
  'certd-deploy.timer',
  'certd-http.socket',
];
const units = names.map(name => [name, readFileSync(join(root, 'systemd', name), 'utf8')] as const);
writeFileSync(join(root, 'src/doctor/shipped-units.ts'), shippedUnits(new Map(units)));
