// Preloaded into a certd: at SIGUSR2 says so, in a line like its own, and its event loop turns no more until SIGKILL.
const { writeSync } = process.getBuiltinModule('node:fs');

process.on('SIGUSR2', () => {
  writeSync(2, `${JSON.stringify({ level: 30, time: Date.now(), msg: 'blocked' })}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
