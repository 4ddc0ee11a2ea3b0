import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../source-tree.ts';
import { shippedSsmDocument, ssmScript } from './ssm-document.ts';
import { partsOf, readCloudConfig } from './user-data.ts';

/** Writes each script that stands in a ready-made file into `dir`, as a host would have it, and returns their paths. */
export function writeEmbeddedScripts(dir: string): string[] {
  const { files } = readCloudConfig(readText('deploy/cloud-init/cloud-config.yaml'));
  const scripts = {
    'ssm.sh': ssmScript(shippedSsmDocument()),
    'start.sh': files['/run/certd-install/start.sh'],
    'multipart.sh': partsOf(readText('deploy/cloud-init/multipart.txt'))[1],
    'run-command.sh': readText('deploy/cloud-assistant/run-command.sh'),
    'entrypoint.sh': readText('deploy/container/entrypoint.sh'),
  };
  return Object.entries(scripts).map(([name, text]) => {
    if (text === undefined) throw new Error(`there is no ${name}`);
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  });
}
