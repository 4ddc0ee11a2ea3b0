import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertdProcess } from '../../test/support/certd-process.ts';

export type StatusFigures = {
  readonly statusMs: readonly number[];
  /** `node -e 0`, in turn with the others. */
  readonly nodeMs: readonly number[];
  /** The most that `certd status` had in memory, in MB. */
  readonly peakMb: readonly number[];
};

const program = join(import.meta.dirname, '../../dist/certd.js');
const notePeak = join(import.meta.dirname, 'note-peak.mjs');

/** Whole commands that ask the daemon, one after the other. Throws where one of them fails. */
export function measureStatus(certd: CertdProcess, wish: { readonly runs: number }): StatusFigures {
  const words = [program, 'status', ...certd.flags];
  const statusMs: number[] = [];
  const nodeMs: number[] = [];
  // The first runs only bring the files into memory.
  for (let n = -2; n < wish.runs; n += 1) {
    const [status, bare] = [run(words), run(['-e', '0'])];
    if (n < 0) continue;
    statusMs.push(status);
    nodeMs.push(bare);
  }
  const peakFile = join(certd.dir, 'peak');
  const peakMb = Array.from({ length: 5 }, () => {
    run(['--import', notePeak, ...words], { CERTD_BENCH_PEAK: peakFile });
    return Number(readFileSync(peakFile, 'utf8')) / 1024;
  });
  return { statusMs, nodeMs, peakMb };
}

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`node ${argv.join(' ')}: exit code ${status}\n${stderr}`);
  return ms;
}
