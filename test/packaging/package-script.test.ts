import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packageScript } from '../../scripts/packaging/package-script.ts';
import { root as checkout } from '../support/source-tree.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'certd-script-'));
  mkdirSync(join(root, 'packaging'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('a line that reads another file is replaced by it, also in that file', () => {
  put(
    'postinst',
    '#!/bin/sh\nset -e\n# shellcheck source=packaging/one.sh\n. packaging/one.sh\n\n. /usr/share/x\nrun\n',
  );
  put('one.sh', '# shellcheck shell=sh\n# One.\n. packaging/two.sh\n');
  put('two.sh', "run() { sed 's/$&/$1/'; }\n");
  expect(packageScript(root, 'packaging/postinst')).toBe(
    "#!/bin/sh\nset -e\n# One.\nrun() { sed 's/$&/$1/'; }\n\n. /usr/share/x\nrun\n",
  );
});

test('a script that reads a file which is not there ends the build', () => {
  put('postinst', '. packaging/none.sh\n');
  expect(() => packageScript(root, 'packaging/postinst')).toThrow('ENOENT');
});

test.each(['deb', 'rpm'])('no script of the %s reads a file of the checkout', format => {
  const dir = `packaging/${format}`;
  const names = readdirSync(join(checkout, dir));
  expect(names.length).toBeGreaterThan(3);
  for (const name of names)
    expect(packageScript(checkout, `${dir}/${name}`)).not.toMatch(/^\s*\. packaging/m);
});

function put(name: string, text: string): void {
  writeFileSync(join(root, 'packaging', name), text);
}
