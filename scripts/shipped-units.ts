/** Directives of a service that say how it runs, and not what it may do. */
const running =
  /^(?:Type|NotifyAccess|Exec\w+|Timeout\w+|WatchdogSec|Restart\w*|KillMode|StateDirectory|RuntimeDirectory)$/;

/**
 * `src/doctor/shipped-units.ts`: what the units of `systemd/` forbid, for doctor to hold an installed one against. `units`: text
 * by name.
 */
export function shippedUnits(units: ReadonlyMap<string, string>): string {
  const entries = [...units].map(([name, text]) => {
    const lines = settingsOf(text).map(line => `    '${line}',`);
    return `  '${name}': [\n${lines.join('\n')}\n  ],`;
  });
  return `// Made by \`npm run shipped-units\` from systemd/. Do not edit.

/** What the units of certd forbid themselves, by unit: the lines of \`[Service]\`, in their order. */
export const shippedUnits = {
${entries.join('\n')}
} as const satisfies Readonly<Record<string, readonly string[]>>;
`;
}

function settingsOf(text: string): readonly string[] {
  const [, service = ''] = /^\[Service\]\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text) ?? [];
  return service
    .split('\n')
    .filter(line => /^\w+=/.test(line))
    .filter(line => !running.test(line.slice(0, line.indexOf('='))));
}
