import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { manPage } from '../man-page.ts';
import type { Product } from './product.ts';
import type { PackageFile } from './program-files.ts';
import { run } from './run.ts';

/** What is made of the command tree: the man page, and what completes commands in shells, as the built certd prints it. */
export function readerFiles(dist: string, { version, date }: Product): PackageFile[] {
  const page = manPage(new Date(date * 1000), version);
  return [
    { path: 'share/man/man8/certd.8.gz', mode: 0o644, content: gzipSync(page, { level: 9 }) },
    completion(dist, 'bash', 'bash-completion/completions/certd'),
    completion(dist, 'zsh', 'zsh/vendor-completions/_certd'),
    completion(dist, 'fish', 'fish/vendor_completions.d/certd.fish'),
  ];
}

/** zsh has another place on systems with rpm. */
export function asRpmHasIt(file: PackageFile): PackageFile {
  return { ...file, path: file.path.replace('/zsh/vendor-completions/', '/zsh/site-functions/') };
}

function completion(dist: string, shell: string, path: string): PackageFile {
  const content = run(process.execPath, [join(dist, 'certd.js'), 'completion', shell]);
  return { path: `share/${path}`, mode: 0o644, content };
}
