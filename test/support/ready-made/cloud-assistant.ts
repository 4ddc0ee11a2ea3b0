import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BootedHost } from '../booted/booted-host.ts';

const scriptFile = '/tmp/cloud-assistant/t-0.sh';

/**
 * What Cloud Assistant does for RunCommand with Type=RunShellScript and ContentEncoding=Base64: it refuses more than 18 KB, and
 * ends what runs for more than a minute, unless a Timeout is given.
 */
export function runCloudCommand(host: BootedHost, script: string): ReturnType<BootedHost['run']> {
  const content = Buffer.from(script).toString('base64');
  if (content.length > 18 * 1024) throw new Error(`CommandContent has ${content.length} bytes`);
  const file = host.at(scriptFile);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(content, 'base64'), { mode: 0o755 });
  return host.run(['env', '--chdir=/root', 'timeout', '--signal=KILL', '60', 'sh', '-c', scriptFile]);
}
