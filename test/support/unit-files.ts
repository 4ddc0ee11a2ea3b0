import { join } from 'node:path';
import { filesBelow, readText, root } from './source-tree.ts';

/** One line of a unit of `systemd/`, for example Service, RestartSec, 15s. */
export type Directive = {
  readonly unit: string;
  readonly section: string;
  readonly name: string;
  readonly value: string;
};

/** The directory of the units. */
export const unitDirectory = join(root, 'systemd');

/** The names of the units, for example `certd.service`. */
export function unitNames(): string[] {
  return filesBelow('systemd')
    .filter(path => /\.(service|path|timer|socket)$/.test(path))
    .map(path => path.slice('systemd/'.length));
}

/** Every directive of a unit (systemd.syntax(7), as far as the units use it: no line goes on in the next). */
export function directivesOf(unit: string): Directive[] {
  let section = '';
  return readText(`systemd/${unit}`)
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .flatMap(line => {
      const header = /^\[(\w+)\]$/.exec(line)?.[1];
      if (header !== undefined) {
        section = header;
        return [];
      }
      const [, name, value] = /^(\w+)=(.*[^\\]|)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`${unit}: ${line}`);
      return [{ unit, section, name, value }];
    });
}
