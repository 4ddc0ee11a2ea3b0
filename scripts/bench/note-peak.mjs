// Loaded by status-command.ts into the program that it measures (`--import`), which then leaves behind how much
// it had in memory at most. No TypeScript: taking the types out would need more memory than the program itself.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.CERTD_BENCH_PEAK, peak[1]);
});
