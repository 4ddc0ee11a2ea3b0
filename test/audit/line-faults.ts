import { catalogue } from '../../src/core/catalogue.ts';
import { sources } from '../support/source-tree.ts';

/** pino's levels, each with the journal's priority for it (sd-daemon(3)). */
const priorities: Readonly<Record<number, string>> = { 10: '7', 20: '7', 30: '6', 40: '4', 50: '3', 60: '2' };
const warning = 40;

/** Every text that stands in the sources as it is: what a static message can be. */
const literals = new Set(
  sources('src').flatMap(({ text }) => [...text.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map(([, word]) => word)),
);

/** What is wrong with one line of a log that is not on a terminal (contract section 7). */
export function lineFaults(line: string): readonly string[] {
  const [, priority = null, json = ''] = /^(?:<(\d)>)?(.*)$/.exec(line) ?? [];
  const fields = parsed(json);
  if (fields === null) return ['is no JSON object'];
  const { level, time, msg, code } = fields;
  if (typeof level !== 'number' || !(level in priorities)) return ['has no level'];
  return [
    ...(priority === null || priorities[level] === priority ? [] : ['has the priority of another level']),
    ...((priority === null) === Number.isInteger(time) ? [] : ['has no time, or one beside the journal’s']),
    ...(typeof msg === 'string' && literals.has(msg) ? [] : ['has no static message']),
    ...(level < warning || (typeof code === 'string' && code in catalogue)
      ? []
      : ['is a warning or an error without a code of docs/errors.md']),
  ];
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
