// `npm run bench [RENEWALS]`: what certd takes, against what the issue asks and against the other clients on
// PATH. A Pebble without sleeps and refusals, with real hooks. Raw figures go to .bench/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { inOwnNetwork } from '../test/support/ports.ts';
import { measure } from './bench/measure.ts';
import { peerRows } from './bench/peer-rows.ts';
import { judged } from './bench/report.ts';
import { cellsOf, printTable } from './bench/rows.ts';

const root = join(import.meta.dirname, '..');
const renewals = Number(process.argv[2] ?? 20);

if (!Number.isInteger(renewals) || renewals < 1) {
  console.error('usage: npm run bench [RENEWALS]');
  process.exitCode = 64;
} else if (inOwnNetwork || process.env['CERTD_BENCH'] === 'inside') {
  process.exitCode = await bench();
} else {
  const again = [process.execPath, import.meta.filename, String(renewals)];
  const env = { ...process.env, CERTD_BENCH: 'inside' };
  const { status } = spawnSync(join(root, 'scripts/in-netns'), again, { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}

/** 1 where something that is asked for is missed. */
async function bench(): Promise<number> {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const before = loadavg();
  const measured = await measure(renewals, step => console.log(`measuring ${step} …`));
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? '',
    kernel: release(),
    node: process.version,
    // Of a minute before the bench: what others do on this machine counts as certd's.
    loadBefore: before[0],
  };
  const rows = judged(measured);
  const raw = { at: new Date().toISOString(), machine, rows, ...measured };
  const file = join(root, '.bench', `${raw.at.replaceAll(':', '-')}.json`);
  mkdirSync(join(root, '.bench'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
  console.log('');
  printTable(rows.map(cellsOf));
  console.log('');
  printTable(peerRows(measured.peers));
  console.log(`\nRaw figures: ${file}`);
  return rows.some(({ met }) => met === false) ? 1 : 0;
}
