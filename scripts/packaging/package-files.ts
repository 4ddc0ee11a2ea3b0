import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageFile } from './program-files.ts';

/** What a package has beside the program: units, configuration to copy from, and what there is to read. */
export function sideFiles(root: string, copyright: string, sbom: string): PackageFile[] {
  const doc = 'share/doc/certd';
  return [
    ...unitFiles(join(root, 'systemd')),
    ...['README.md', 'CHANGELOG.md', 'config.example.yaml'].map(name =>
      copied(`${doc}/${name}`, join(root, name)),
    ),
    ...pages(join(root, 'docs')).map(name => copied(`${doc}/docs/${name}`, join(root, 'docs', name))),
    { path: `${doc}/copyright`, mode: 0o644, content: copyright },
    { path: `${doc}/certd.cdx.json`, mode: 0o644, content: sbom },
    copied('share/certd/config.schema.json', join(root, 'config.schema.json')),
  ];
}

/** What README.md and the messages of certd refer to; decisions are for those who build it. */
function pages(docs: string): string[] {
  const within = (dir: string) => readdirSync(join(docs, dir)).map(name => join(dir, name));
  return [...within('.'), ...within('how-to')].filter(name => name.endsWith('.md')).sort();
}

function unitFiles(systemd: string): PackageFile[] {
  const units = readdirSync(systemd).filter(name => /\.(service|socket|path|timer)$/.test(name));
  return [
    ...units.sort().map(name => copied(`lib/systemd/system/${name}`, join(systemd, name))),
    ...['sysusers.d', 'tmpfiles.d'].map(dir =>
      copied(`lib/${dir}/certd.conf`, join(systemd, dir, 'certd.conf')),
    ),
  ];
}

function copied(path: string, from: string): PackageFile {
  return { path, mode: 0o644, content: { from } };
}
