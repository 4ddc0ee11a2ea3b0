import { createHash } from 'node:crypto';
import type { Locked } from './lock.ts';

type SbomInput = {
  /** certd itself first (scripts/packaging/lock.ts). */
  readonly locked: readonly Locked[];
  /** Which of them are in the package. */
  readonly shipped: readonly Locked[];
  readonly node: { readonly version: string; readonly sha256: string; readonly from: Locked };
  /** Seconds since 1970. */
  readonly date: number;
};

/**
 * CycloneDX 1.6 as JSON: every runtime package of package-lock.json with the hash of its tarball, and Node. What is not in
 * the package has the scope `excluded`, so that nobody looks for its holes here.
 */
export function sbomOf(input: SbomInput): string {
  const [certd, ...packages] = input.locked;
  if (certd === undefined) throw new Error('package-lock.json is empty');
  const content = {
    version: 1,
    metadata: { timestamp: new Date(input.date * 1000).toISOString(), component: applicationOf(certd) },
    components: [...unique(packages.map(each => libraryOf(each, input.shipped))), runtimeOf(input.node)],
    dependencies: dependenciesOf(certd, packages, input.node),
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, ...content }, null, 1)}\n`;
}

type Component = { readonly 'bom-ref': string };

function applicationOf({ version, licence }: Locked) {
  const purl = certdPurl(version);
  return {
    type: 'application',
    'bom-ref': purl,
    name: 'certd',
    version,
    licenses: licensesOf(licence),
    purl,
  };
}

function libraryOf(locked: Locked, shipped: readonly Locked[]) {
  const { name, version, licence, integrity } = locked;
  const purl = npmPurl(locked);
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: shipped.includes(locked) ? 'required' : 'excluded',
    hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }],
    licenses: licensesOf(licence),
    purl,
  };
}

function runtimeOf({ version, sha256, from }: SbomInput['node']) {
  return {
    type: 'platform',
    'bom-ref': nodePurl(version),
    name: 'node',
    version,
    scope: 'required',
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: licensesOf(from.licence),
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: nodePurl(version),
  };
}

function dependenciesOf(certd: Locked, packages: readonly Locked[], node: SbomInput['node']) {
  const edges = packages.map(each => ({ ref: npmPurl(each), dependsOn: refsOf(each, packages) }));
  return [
    { ref: certdPurl(certd.version), dependsOn: refsOf(certd, packages) },
    ...unique(edges.map(each => ({ 'bom-ref': each.ref, ...each }))).map(({ ref, dependsOn }) => ({
      ref,
      dependsOn: ref === npmPurl(node.from) ? [nodePurl(node.version)] : dependsOn,
    })),
    { ref: nodePurl(node.version), dependsOn: [] },
  ];
}

/** What npm would load for each name: the nearest one on the way up. Optional peers that are not there are nobody. */
function refsOf({ path, needs }: Locked, packages: readonly Locked[]): string[] {
  const found = needs.flatMap(name => {
    const places = upwards(path).map(above => `${above}node_modules/${name}`);
    const place = places.find(each => packages.some(one => one.path === each));
    return packages.filter(one => one.path === place).map(npmPurl);
  });
  return [...new Set(found)].sort();
}

/** `node_modules/a/node_modules/b`: its own directory, that of `a`, and the top. */
function upwards(path: string): string[] {
  if (path === '') return [''];
  const above = path.slice(0, path.lastIndexOf('node_modules/')).replace(/\/$/, '');
  return [`${path}/`, ...upwards(above)];
}

/** Two places with the same version of a package are one. */
function unique<T extends Component>(components: readonly T[]): T[] {
  return [...new Map(components.map(each => [each['bom-ref'], each])).values()];
}

function licensesOf(spdx: string) {
  return /^[\w.-]+$/.test(spdx) ? [{ license: { id: spdx } }] : [{ expression: spdx }];
}

function hexOf(integrity: string): string {
  const [, base64] = /^sha512-([\w+/]+=*)$/.exec(integrity) ?? [];
  if (base64 === undefined) throw new Error(`no SHA-512: ${integrity}`);
  return Buffer.from(base64, 'base64').toString('hex');
}

function certdPurl(version: string): string {
  return `pkg:generic/certd@${version}`;
}

function nodePurl(version: string): string {
  return `pkg:generic/node@${version}`;
}

function npmPurl({ name, version }: Locked): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** From the content: the same package has the same number, however often it is built. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
