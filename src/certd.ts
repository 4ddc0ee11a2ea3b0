#!/usr/bin/env node
// No static import and no syntax younger than Node 12, so that an old Node gets as far as the sentence below.
void start();

async function start(): Promise<void> {
  const found = process.versions.node;
  if (Number.parseInt(found, 10) < 24) {
    process.stderr.write(`certd needs Node 24 or newer; this is Node ${found}.\n`);
    process.exitCode = 1;
    return;
  }
  const { main } = await import('./cli.ts');
  process.exitCode = await main(process.argv.slice(2));
}
