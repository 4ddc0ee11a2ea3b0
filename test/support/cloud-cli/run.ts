/** `node run.ts CALLS PROGRAM WORD…`: notes the call in the file CALLS, a line of JSON each, or refuses it as the program would. */
import { appendFileSync } from 'node:fs';
import { readCall } from './read-call.ts';

const [calls = '', ...words] = process.argv.slice(2);
try {
  appendFileSync(calls, `${JSON.stringify(readCall(words))}\n`);
} catch (thrown) {
  process.stderr.write(`${words.slice(0, 3).join(' ')}: ${String(thrown)}\n`);
  process.exitCode = 252;
}
