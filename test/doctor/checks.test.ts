import { expect, it } from 'vitest';
import { doctorPage } from '../../scripts/doctor-page.ts';
import { checks } from '../../src/doctor/checks.ts';
import { readText, sources } from '../support/source-tree.ts';

it('docs/doctor.md has every check', () => {
  expect(readText('docs/doctor.md'), 'run `npm run doctor-page`').toBe(doctorPage());
});

it('every check is reported by something', () => {
  const code = sources('src/doctor')
    .filter(({ path }) => path !== 'src/doctor/checks.ts')
    .map(({ text }) => text)
    .join('\n');
  const reported = Object.keys(checks).filter(name => code.includes(`'${name}'`));
  expect(reported).toEqual(Object.keys(checks));
});
