import type { Metafile } from 'esbuild';
import type { Locked } from './lock.ts';

/**
 * The packages that the bundle has code of. Throws where one of them is none of `locked`: then nobody would tell that it is
 * shipped, under which licence.
 */
export function bundledPackages(
  { outputs }: Pick<Metafile, 'outputs'>,
  locked: readonly Locked[],
): readonly Locked[] {
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const paths = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? packageOf(path) : []));
  return [...new Set(paths)].sort().map(path => {
    const found = locked.find(each => each.path === path);
    if (found === undefined)
      throw new Error(`${path} is bundled, and package-lock.json has it as no runtime package`);
    return found;
  });
}

function packageOf(file: string): string[] {
  const [, path] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return path === undefined ? [] : [path];
}
