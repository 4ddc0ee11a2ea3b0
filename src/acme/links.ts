// Commas and semicolons may stand inside of <…> and "…" too.
const parameter = /\s*;\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s";,]+)))?/g;
const link = new RegExp(`<([^>]*)>((?:${parameter.source})*)`, 'g');

/** The targets of a Link field's links with this relation (RFC 8288 §3), as they stand there. What is no link is passed over. */
export function linkTargets(field: string | undefined, relation: string): readonly string[] {
  return [...(field ?? '').matchAll(link)].flatMap(([, target = '', parameters = '']) =>
    relationsOf(parameters).includes(relation) ? [target] : [],
  );
}

/** One parameter may name several relations; of two the first counts (§3.3). */
function relationsOf(parameters: string): readonly string[] {
  const found = [...parameters.matchAll(parameter)].find(([, name]) => name?.toLowerCase() === 'rel');
  return (found?.[2] ?? found?.[3] ?? '').toLowerCase().split(/\s+/);
}
