import { expect, test } from 'vitest';
import { sideFiles } from '../../scripts/packaging/package-files.ts';
import { root } from '../support/source-tree.ts';

test('a package has the pages that README.md and messages refer to, where they lie beside it, and no decision', () => {
  const pages = sideFiles(root, '', '')
    .map(({ path }) => path)
    .filter(path => path.startsWith('share/doc/certd/docs/'));
  for (const page of ['install.md', 'errors.md', 'hooks.md', 'doctor.md', 'how-to/verify.md'])
    expect(pages).toContain(`share/doc/certd/docs/${page}`);
  expect(pages.filter(page => !/\/docs\/(?:how-to\/)?[a-z0-9-]+\.md$/.test(page))).toEqual([]);
});
