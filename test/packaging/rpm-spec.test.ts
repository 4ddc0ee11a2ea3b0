import { expect, test } from 'vitest';
import { specText } from '../../scripts/packaging/rpm-spec.ts';

const spec = specText({
  version: '1.2.3',
  licence: 'Apache-2.0 AND MIT',
  tree: '/somewhere/tree',
  files: [
    { path: 'bin/certd', mode: 0o755, content: '' },
    { path: 'lib/certd/dist/cli.js', mode: 0o644, content: '' },
    { path: 'lib/systemd/system/certd-wait@.service', mode: 0o644, content: '' },
    { path: 'share/doc/certd/README.md', mode: 0o644, content: '' },
    { path: 'share/doc/certd/copyright', mode: 0o644, content: '' },
  ],
  scriptlets: { post: "set -e\nprintf '%s' 50%\n" },
});

test('every file is named with its owner and mode, and what nobody else has with its directories', () => {
  const [, files] = spec.split('%files\n');
  expect(files).toBe(
    [
      '%dir %attr(0755,root,root) "/usr/lib/certd"',
      '%dir %attr(0755,root,root) "/usr/lib/certd/dist"',
      '%dir %attr(0755,root,root) "/usr/share/doc/certd"',
      '%attr(0755,root,root) "/usr/bin/certd"',
      '%attr(0644,root,root) "/usr/lib/certd/dist/cli.js"',
      '%attr(0644,root,root) "/usr/lib/systemd/system/certd-wait@.service"',
      '%doc %attr(0644,root,root) "/usr/share/doc/certd/README.md"',
      '%license %attr(0644,root,root) "/usr/share/doc/certd/copyright"',
      '',
    ].join('\n'),
  );
});

test('a percent sign of a scriptlet stays one', () => {
  expect(spec).toContain("%post\nset -e\nprintf '%%s' 50%%\n");
});
