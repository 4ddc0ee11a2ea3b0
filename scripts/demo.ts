// What scripts/demo runs: the stage (CA, DNS, nginx, certd), the story on it, and the clean-up behind it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxConfig, startCertd } from '../test/support/certd-process.ts';
import { type Stack, startStack } from '../test/support/stack.ts';
import { tellStory } from './demo-story.ts';
import { say, see } from './tell.ts';

const domain = 'demo.certd.test';
const startedAt = performance.now();

// The exit ends the children (they carry a parent-death signal) and removes their directory.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  say('Starting a CA (Pebble in strict mode), its DNS server and nginx');
  const stack = await startStack({ nonceReject: 5 });
  try {
    await showOn(stack);
  } catch (thrown) {
    showLogs(stack.dir);
    throw thrown;
  } finally {
    await stack.stop();
  }
  if (existsSync(stack.dir)) throw new Error(`${stack.dir} is still there`);
  see('every process has ended, every file is gone');
  say(`Done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
} catch (thrown) {
  console.error(`\nThe demo failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  if (thrown instanceof Error && thrown.cause !== undefined) console.error('because of', thrown.cause);
  process.exitCode = 1;
}

async function showOn(stack: Stack): Promise<void> {
  see(
    `CA at ${stack.pebble.directoryUrl}, nginx on ports ${stack.nginx.httpPort} and ${stack.nginx.httpsPort}`,
  );
  const config = nginxConfig(stack, [domain]);
  say('Starting `certd run` with this configuration');
  see(config.trimEnd());
  const certd = await startCertd(join(stack.dir, 'certd'), config);
  try {
    await tellStory(stack, certd, domain);
    say('Cleaning up');
    await certd.stop();
    see('certd ended with exit code 0');
  } finally {
    await certd.process.stop();
  }
}

function showLogs(dir: string): void {
  for (const name of ['certd/certd.log', 'nginx-error.log', 'pebble.log']) {
    const file = join(dir, name);
    if (!existsSync(file)) continue;
    const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
    console.error(`\n--- end of ${name}\n${tail}`);
  }
}
