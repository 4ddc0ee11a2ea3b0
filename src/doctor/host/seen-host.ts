import type { Target } from '../../core/model.ts';
import { type Owner, ownerOf } from '../ports/owner.ts';
import type { ConfiguredCertificate, ServerLook, TlsSite } from '../sites/site.ts';
import type { FileFacts } from './file-facts.ts';

/** All that was seen of a host, for the findings to follow from. */
export type SeenHost = {
  readonly targets: readonly Target[];
  /** The state directory, as it was given and without symlinks. */
  readonly roots: readonly [string, ...string[]];
  /** The generation that is live, by certificate. */
  readonly live: ReadonlyMap<string, string>;
  readonly looks: readonly ServerLook[];
  /** By path, as `pathsOf` names them. */
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly isRoot: boolean;
};

/** The files of a site that are to be looked at. */
export function pathsOf({ certificates }: TlsSite): readonly string[] {
  return certificates
    .flatMap(({ certificate, key }) => [certificate, key ?? certificate])
    .filter(path => isPlainPath(path));
}

/** Whether a path in a configuration is one on disk: no variable, no data and no engine. */
export function isPlainPath(path: string): boolean {
  return path.startsWith('/') && !path.includes('$');
}

export function ownerOfPath(path: string, { files, roots, targets }: SeenHost): Owner | null {
  return ownerOf(files.get(path)?.forms ?? [path], { roots, targets });
}

/** The names that clients get this certificate for: those of the site, or where it has none those of the certificate. */
export function servedNames(site: TlsSite, { certificate }: ConfiguredCertificate, host: SeenHost) {
  if (site.names.length > 0) return site.names;
  return host.files.get(certificate)?.certificates[0]?.domains ?? [];
}

export function subjectOf({ server, place, names }: TlsSite): string {
  const [first, ...others] = names;
  if (first === undefined) return `${server} ${place}`;
  return `${server} ${place} (${first}${others.length === 0 ? '' : ` and ${others.length} more`})`;
}
