/** The checks of `certd doctor` that are about servers: of the host itself each machine says something else. */
export const serverChecks: ReadonlySet<string> = new Set([
  'server-config',
  'site-certificate',
  'site-elsewhere',
  'pinned-generation',
  'unmanaged-path',
  'leaf-only',
  'key-mismatch',
  'certificate-file',
  'certificate-used',
  'endpoint-declared',
]);
