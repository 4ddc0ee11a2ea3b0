import { outliveOutput } from './commands/outlive-output.ts';
import { statusCommand } from './commands/status.ts';
import { statusWords } from './commands/status-words.ts';
import { commandFirst } from './commands/words.ts';
import { asCertdError } from './core/errors.ts';
import { plainLines } from './core/text/plain-text.ts';

/** Runs one command and returns the exit code: 0 done, 1 failed, 64 wrong usage, 78 bad configuration. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveOutput();
  const words = commandFirst(argv);
  try {
    const status = statusWords(words);
    if (status !== null) return await statusCommand(status.names, status.options);
    const { runTree } = await import('./commands/tree.ts');
    return await runTree(words);
  } catch (thrown) {
    return failed(thrown);
  }
}

function failed(thrown: unknown): number {
  const error = asCertdError(thrown);
  process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}`).join('\n')}\n`);
  if (error.code === 'usage' || error.code === 'not-available-yet') return 64;
  return error.code.startsWith('config-') ? 78 : 1;
}
