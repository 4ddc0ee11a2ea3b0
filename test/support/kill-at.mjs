// Loaded before the bundle (`--import`): ends the process by a real SIGKILL just before the mutation that
// CERTD_TEST_KILL_AT numbers, counted over every call of src/store/disk.ts that can change a file. Without a number it only
// counts, and writes the count to CERTD_TEST_COUNT_FILE at exit.
import fs, { writeFileSync } from 'node:fs';

// The default export is the object that the bundle takes the calls from.
const killAt = Number(process.env.CERTD_TEST_KILL_AT ?? 0);
let calls = 0;

for (const name of ['mkdir', 'rename', 'symlink', 'unlink', 'rmdir', 'open']) {
  const real = fs[name];
  fs[name] = (...args) => {
    calls += 1;
    if (calls === killAt) process.kill(process.pid, 'SIGKILL');
    return real.apply(fs, args);
  };
}

const countFile = process.env.CERTD_TEST_COUNT_FILE;
if (countFile !== undefined) process.on('exit', () => writeFileSync(countFile, String(calls)));
