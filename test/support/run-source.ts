import { spawn } from 'node:child_process';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../src/certd.ts');

/** What a command did. `lines`: of standard error, without the empty one at its end. */
export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly lines: readonly string[];
};

/**
 * Runs certd from its sources as a program of its own, without a terminal, and waits for its end. `cache`: a
 * directory in which the compiled sources are kept from one start to the next.
 */
export function runSource(words: readonly string[], cache: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: cache },
    });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', piece => {
        text[stream] += piece;
      });
    }
    child.once('error', reject);
    child.once('close', code => {
      resolve({ code, stdout: text.stdout, lines: text.stderr.split('\n').slice(0, -1) });
    });
  });
}
