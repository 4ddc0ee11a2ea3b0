// Preloaded into a certd of its own: at its end writes what it has loaded, a line each, to $LOADED_MODULES.
// Not imported: the import would be on the list, with all that it brings.
const { writeFileSync } = process.getBuiltinModule('node:fs');
const { registerHooks } = process.getBuiltinModule('node:module');

const files = [];
registerHooks({
  load: (url, context, next) => {
    files.push(url);
    return next(url, context);
  },
});
process.on('exit', () =>
  writeFileSync(process.env.LOADED_MODULES, [...files, ...process.moduleLoadList].join('\n')),
);
