#!/usr/bin/env node
// No static import and no syntax younger than Node 12, so that an old Node gets as far as the sentence below.
void start();

async function start(): Promise<void> {
  const found = process.versions.node;
  if (Number.parseInt(found, 10) < 24) {
    process.stderr.write(`certd needs Node 24 or newer; this is Node ${found}.\n`);
    // For monitoring 1 is a warning, and 3 that nothing is known.
    process.exitCode = process.argv[2] === 'status' ? 3 : 1;
    return;
  }
  const { main } = await import('./cli.ts');
  // Not by running dry: a lookup that no DNS server answers cannot be aborted and would hold certd for seconds
  // after its end. What was written is out: on Linux Node writes to files, pipes and terminals synchronously.
  process.exitCode = await main(process.argv.slice(2));
  // What could not be written is said one turn later (`commands/outlive-output.ts`), and changes the exit code.
  await new Promise(done => setImmediate(done));
  process.exit();
}
