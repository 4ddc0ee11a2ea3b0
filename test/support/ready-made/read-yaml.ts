import { parse } from 'yaml';

/** YAML 1.2 without tags or doubled keys, as the clouds read it. */
export function readYaml(text: string): unknown {
  return parse(text, { strict: true, uniqueKeys: true });
}
