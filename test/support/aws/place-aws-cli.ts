import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrograms } from '../programs.ts';

/** So that an object goes in one request, as large as it may be. */
const configuration = '[default]\ns3 =\n  multipart_threshold = 1GB\n';

/**
 * Puts the AWS CLI itself into a directory for PATH, and returns that. It asks `endpoint` whatever it is told to ask AWS, has keys
 * that open nothing, and reads nothing of this machine's user. AWS_DEFAULT_REGION is what it is called with.
 */
export function placeAwsCli(dir: string, endpoint: string): string {
  const { aws, awsPython, awsPythonPath, awsLibraryPath } = findPrograms();
  if (aws === '') throw new Error('scripts/test-programs gets no AWS CLI here, but on Debian alone');
  const directory = join(dir, 'aws-cli');
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: directory,
    AWS_CONFIG_FILE: join(directory, 'config'),
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    PYTHONPATH: awsPythonPath,
    LD_LIBRARY_PATH: awsLibraryPath,
  };
  const words = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
  // Without a value the variable would be an empty region, and not none.
  const script = `#!/bin/sh
[ -n "$AWS_DEFAULT_REGION" ] || unset AWS_DEFAULT_REGION
exec env -i ${words.join(' ')} $(env | grep '^AWS_DEFAULT_REGION=') '${awsPython}' '${aws}' "$@" --endpoint-url '${endpoint}'
`;
  mkdirSync(directory);
  writeFileSync(join(directory, 'config'), configuration);
  writeFileSync(join(directory, 'aws'), script, { mode: 0o755 });
  return directory;
}
