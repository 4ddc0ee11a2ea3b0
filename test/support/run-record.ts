import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every certd of the integration run printed, and every secret that it must not have printed. */
export type RunRecord = {
  /** `daemon`: what `certd run` wrote to both streams; `command`: what any other command wrote. */
  readonly texts: readonly {
    readonly name: string;
    readonly of: 'daemon' | 'command';
    readonly text: string;
  }[];
  /** PEM private keys, each once. */
  readonly keys: readonly string[];
  readonly secrets: readonly string[];
};

const wholeKey = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^-]+-----END \1PRIVATE KEY-----/g;

/** `test/support/record-run.ts` sets it for an integration run; demo and bench keep no record. */
const directory = (): string | null => process.env['CERTD_TEST_RECORD'] ?? null;

/** A file of the record for one daemon to write to; null where no record is kept. */
export function daemonRecord(): string | null {
  const dir = directory();
  return dir === null ? null : join(dir, `daemon-${randomUUID()}.txt`);
}

/** Keeps what a command wrote. */
export function recordCommand(words: readonly string[], ...written: readonly string[]): void {
  const dir = directory();
  if (dir === null) return;
  const name = words.filter(word => /^[a-z-]+$/.test(word)).join('_');
  appendFileSync(join(dir, `command-${name.slice(0, 60)}-${randomUUID()}.txt`), written.join('\n'));
}

/** Keeps a secret that a test has made up, to be looked for in everything that the run prints. */
export function recordSecret(secret: string): void {
  keep('secret', secret);
}

/** Keeps every private key below a directory: before certd or the test removes it. */
export function recordKeys(below: string): void {
  if (directory() === null || !existsSync(below)) return;
  for (const entry of readdirSync(below, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readIfThere(join(entry.parentPath, entry.name)) ?? '';
    // Whole ones only: a kill can leave half a file.
    for (const [key] of text.matchAll(wholeKey)) keep('key', key);
  }
}

export function readRunRecord(): RunRecord {
  const dir = directory();
  if (dir === null)
    throw new Error('this run keeps no record: run the projects integration and audit in one');
  const files = readdirSync(dir).map(name => ({ name, text: readFileSync(join(dir, name), 'utf8') }));
  const startingWith = (word: string) => files.filter(({ name }) => name.startsWith(`${word}-`));
  return {
    texts: (['daemon', 'command'] as const).flatMap(of => startingWith(of).map(file => ({ ...file, of }))),
    keys: startingWith('key').map(({ text }) => text),
    secrets: startingWith('secret').map(({ text }) => text),
  };
}

function keep(what: 'key' | 'secret', text: string): void {
  const dir = directory();
  if (dir === null) return;
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(dir, `${what}-${digest}`), text, { mode: 0o600 });
}

/** A running certd removes files while they are looked for. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}
