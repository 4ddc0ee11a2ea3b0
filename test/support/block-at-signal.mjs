// Preloaded into a certd: at SIGUSR2 says so, and its event loop turns no more until SIGKILL.
const { writeSync } = process.getBuiltinModule('node:fs');

process.on('SIGUSR2', () => {
  writeSync(2, 'blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
