import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { deployFiles } from '../../scripts/deploy-files.ts';
import { rule } from '../support/rule.ts';
import { readText } from '../support/source-tree.ts';

const paths = [...deployFiles().keys()];

test.each(paths)('%s is what its parts and the installer make', path => {
  expect(
    unpacked(readText(path)),
    rule({
      why: 'a host would be installed by something else than scripts/install.sh, which is what was tested',
      mend: 'run `npm run deploy-files`',
    }),
  ).toBe(unpacked(deployFiles().get(path) ?? ''));
});

test('each of them carries the installer whole', () => {
  const installer = readText('scripts/install.sh').trim();
  for (const path of paths) expect(unindented(unpacked(readText(path)))).toContain(unindented(installer));
});

test('no text of them can be taken for a place to fill in, or for the end of the installer', () => {
  for (const path of paths) {
    expect(readText(path)).not.toMatch(/\{\{|^ *@[A-Z_]+$/m);
    expect(readText(path).match(/^ *END_OF_INSTALL_SH$/gm)?.length ?? 0).toBe(
      /ssm|assistant/.test(path) ? 1 : 0,
    );
  }
});

test('a command of Cloud Assistant fits into 18 KB of base64', () => {
  const bytes = Buffer.from(readText('deploy/cloud-assistant/run-command.sh'));
  expect(bytes.toString('base64').length).toBeLessThan(18 * 1024);
});

/** The same bytes are packed into others by another zlib. */
function unpacked(text: string): string {
  return text.replaceAll(/^ *H4sI(?:[ A-Za-z0-9+/=]*\n)+/gm, base64 =>
    gunzipSync(Buffer.from(base64, 'base64')).toString(),
  );
}

function unindented(text: string): string {
  return text.replaceAll(/^ +/gm, '');
}
