import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a package says of its licence, word for word. Throws where it says nothing: such a one cannot be shipped. */
export function licenceText(dir: string): string {
  const files = readdirSync(dir)
    .filter(name => /^(licen[cs]e|copying|notice)(\.|$)/i.test(name))
    .sort();
  if (files.length === 0) throw new Error(`${dir} has no file with its licence`);
  return files.map(name => readFileSync(join(dir, name), 'utf8').trim()).join('\n\n');
}
