// `npm run bench [RENEWALS]`: how long one renewal takes and how many requests it costs, against a Pebble
// without sleeps and refusals, with the deploy hook included. Raw figures go to .bench/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { nginxConfig, startCertd } from '../test/support/certd-process.ts';
import { inOwnNetwork } from '../test/support/ports.ts';
import { startStack } from '../test/support/stack.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { timePeers } from './bench-peers.ts';
import { report } from './bench-report.ts';
import { timeRuns } from './bench-runs.ts';

const root = join(import.meta.dirname, '..');
const domain = 'bench.certd.test';
const renewals = Number(process.argv[2] ?? 20);

if (!Number.isInteger(renewals) || renewals < 1) {
  console.error('usage: npm run bench [RENEWALS]');
  process.exitCode = 64;
} else if (inOwnNetwork || process.env['CERTD_BENCH'] === 'inside') {
  await bench();
} else {
  const again = [process.execPath, import.meta.filename, String(renewals)];
  const env = { ...process.env, CERTD_BENCH: 'inside' };
  const { status } = spawnSync(join(root, 'scripts/in-netns'), again, { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}

async function bench(): Promise<void> {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const stack = await startStack();
  try {
    const certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    await waitUntil('the first certificate is deployed', async () =>
      (await stack.nginx.reloadCount()) === 0 ? null : true,
    );
    await stack.nginx.addTlsSite({ serverName: domain, liveDir: certd.liveDir(domain) });
    const runs = await timeRuns(stack, certd, { name: domain, count: renewals });
    await certd.stop();
    const peers = await timePeers(stack, { domain: `peer-${domain}`, count: Math.min(renewals, 5) });
    const machine = {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? '',
      kernel: release(),
      node: process.version,
    };
    const raw = { at: new Date().toISOString(), machine, ...runs, peers };
    const file = join(root, '.bench', `${raw.at.replaceAll(':', '-')}.json`);
    mkdirSync(join(root, '.bench'), { recursive: true });
    writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
    report(raw);
    console.log(`\nRaw figures: ${file}`);
  } finally {
    await stack.stop();
  }
}
