import { posix } from 'node:path';
import { type NginxDirective, nginxDirectives } from './nginx-directives.ts';

const marker = /^# configuration file (.+):$/;

/** Deeper than anybody nests; nginx itself refuses a file that includes itself. */
const deepest = 20;

/**
 * The whole configuration from the output of `nginx -T`: that prints each file once behind a line with its name, the
 * main one first, and leaves `include` as it is. `prefix`: the directory of the main one.
 */
export function nginxConfiguration(dump: string): {
  readonly prefix: string;
  readonly directives: readonly NginxDirective[];
} {
  const files = filesOf(dump);
  const [main = ''] = files.keys();
  const prefix = posix.dirname(main);
  const read = (path: string, depth: number): readonly NginxDirective[] =>
    nginxDirectives(files.get(path) ?? '', path).flatMap(each => withIncluded(each, depth));
  const withIncluded = (directive: NginxDirective, depth: number): readonly NginxDirective[] => {
    const { name, args, block } = directive;
    if (block !== null) return [{ ...directive, block: block.flatMap(each => withIncluded(each, depth)) }];
    if (name !== 'include' || depth >= deepest) return [directive];
    const pattern = posix.resolve(prefix, args[0] ?? '');
    return [...files.keys()]
      .filter(path => path === pattern || posix.matchesGlob(path, pattern))
      .sort()
      .flatMap(path => read(path, depth + 1));
  };
  return { prefix, directives: read(main, 0) };
}

function filesOf(dump: string): ReadonlyMap<string, string> {
  const files = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of dump.split('\n')) {
    const path = marker.exec(line)?.[1];
    if (path === undefined) {
      lines.push(line);
    } else {
      lines = [];
      files.set(path, lines);
    }
  }
  return new Map([...files].map(([path, content]) => [path, content.join('\n')]));
}
