/** The units of `systemd/` that doctor looks at. */
export const shippedUnitNames = [
  'certd.service',
  'certd-deploy.service',
  'certd-deploy.path',
  'certd-deploy.timer',
  'certd-http.socket',
];

/**
 * `src/doctor/units/shipped-units.ts`: what the units of `systemd/` say of themselves, for doctor to hold an installed one against.
 * `units`: text by name.
 */
export function shippedUnits(units: ReadonlyMap<string, string>): string {
  const entries = [...units].map(([name, text]) => {
    const lines = linesOf(text).map(line => `'${line.replaceAll("'", "\\'")}'`);
    const short = `  '${name}': [${lines.join(', ')}],`;
    return short.length <= 110 ? short : `  '${name}': [\n    ${lines.join(',\n    ')},\n  ],`;
  });
  return `// Made by \`npm run shipped-units\` from systemd/. Do not edit.

/** What the units of certd say, by unit: their lines but for [Unit] and [Install], in their order. */
export const shippedUnits = {
${entries.join('\n')}
} as const satisfies Readonly<Record<string, readonly string[]>>;
`;
}

/** Those of `[Service]`, `[Path]`, `[Timer]` or `[Socket]`, with its header. */
function linesOf(text: string): readonly string[] {
  const [section = ''] = /^\[(?:Service|Path|Timer|Socket)\]\n[\s\S]*?(?=^\[|$(?![\s\S]))/m.exec(text) ?? [];
  return section.split('\n').filter(line => /^(?:\w+=|\[)/.test(line));
}
