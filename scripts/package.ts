// What scripts/package runs: one tree of files for each kind of machine, packed in each format (docs/packages.md).
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildProgram } from './build-program.ts';
import { bundledPackages } from './packaging/bundled.ts';
import { buildDeb } from './packaging/deb.ts';
import { readLock } from './packaging/lock.ts';
import { type Format, type Options, packageOptions } from './packaging/options.ts';
import type { Packing } from './packaging/packing.ts';
import { fetchParts } from './packaging/parts.ts';
import { productOf } from './packaging/product.ts';
import { buildRpm } from './packaging/rpm.ts';
import { rpmPrograms } from './packaging/rpm-programs.ts';
import { buildTarball } from './packaging/tarball.ts';
import { packageFiles } from './packaging/tree.ts';

const root = join(import.meta.dirname, '..');

const pack: Readonly<Record<Format, (packing: Packing) => string>> = {
  deb: buildDeb,
  rpm: buildRpm,
  tar: buildTarball,
};

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const work = mkdtempSync(join(tmpdir(), 'certd-package-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const options = orEnd(64, () => packageOptions(process.argv.slice(2)));
await buildAll(options).catch((thrown: unknown) => end(1, thrown));

async function buildAll({ archs, formats, fast, out, fetchOnly }: Options): Promise<void> {
  const locked = readLock(root);
  const parts = archs.map(arch => ({ arch, ...fetchParts(root, locked, arch) }));
  if (formats.includes('rpm')) rpmPrograms(root);
  if (fetchOnly) return;
  const product = productOf(root, process.env['SOURCE_DATE_EPOCH']);
  const dist = join(work, 'dist');
  const bundled = bundledPackages(await buildProgram(dist, product.version), locked);
  const built = parts.flatMap(({ arch, ...rest }) => {
    const contents = packageFiles(root, arch, product, { dist, ...rest }, locked, bundled);
    const packing = { root, work, arch, product, ...contents, level: fast ? 0 : 6 };
    return formats.map(format => pack[format](packing));
  });
  copyFileSync(join(root, 'scripts/install.sh'), join(work, 'install.sh'));
  chmodSync(join(work, 'install.sh'), 0o755);
  handOver([...built, join(work, 'install.sh')], resolve(out));
}

/** Each file appears complete, and the sums last. */
function handOver(files: readonly string[], out: string): void {
  mkdirSync(out, { recursive: true });
  const sums = files.map(file => `${sha256(file)}  ${basename(file)}\n`).join('');
  writeFileSync(join(work, 'SHA256SUMS'), sums);
  for (const file of [...files, join(work, 'SHA256SUMS')]) {
    const to = join(out, basename(file));
    copyFileSync(file, `${to}.part`);
    renameSync(`${to}.part`, to);
    console.log(to);
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function orEnd<T>(code: number, attempt: () => T): T {
  try {
    return attempt();
  } catch (thrown) {
    return end(code, thrown);
  }
}

function end(code: number, thrown: unknown): never {
  console.error(`package: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  return process.exit(code);
}
