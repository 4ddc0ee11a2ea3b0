const link = /<([^<>]*)>((?:\s*;\s*[^\s=;,"<>]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"<>]*))?)*)/g;
const parameter = /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/**
 * The targets of a relation in a Link field (RFC 8288 §3), several fields joined by commas. A target may be relative.
 * What is no link is passed over.
 */
export function linksOf(field: string | undefined, relation: string): readonly string[] {
  return Array.from((field ?? '').matchAll(link))
    .filter(([, , parameters = '']) => relationsOf(parameters).includes(relation))
    .map(([, target = '']) => target);
}

/** One or more, separated by spaces; case does not count (§2.1.1). Only the first `rel` counts (§3.3). */
function relationsOf(parameters: string): readonly string[] {
  const found = Array.from(parameters.matchAll(parameter)).find(([, name]) => name?.toLowerCase() === 'rel');
  const value = found?.[2] ?? found?.[3] ?? '';
  return value.toLowerCase().split(/\s+/);
}
