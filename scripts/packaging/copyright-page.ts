/** Something that is shipped, with the words of its licence. */
export type LicencedPart = {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Where it is in the package. */
  readonly where: string;
  readonly text: string;
};

/** `share/doc/certd/copyright`: a list of all that is in a package, then each licence word for word. */
export function copyrightPage(parts: readonly LicencedPart[]): string {
  const width = Math.max(...parts.map(part => titleOf(part).length));
  return [
    'What this package consists of, and under which licences. The full texts follow below the list.',
    parts.map(part => `${titleOf(part).padEnd(width)}  ${part.licence}, ${part.where}`).join('\n'),
    ...parts.map(part => `${'='.repeat(78)}\n${titleOf(part)}\n${'='.repeat(78)}\n\n${part.text}`),
  ]
    .join('\n\n')
    .concat('\n');
}

/** One SPDX expression for all of them. */
export function licenceOfAll(parts: readonly LicencedPart[]): string {
  return [...new Set(parts.map(({ licence }) => licence))].join(' AND ');
}

function titleOf({ name, version }: LicencedPart): string {
  return `${name} ${version}`;
}
