import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { ConfigProblem } from './config.ts';

/** A file as plain data, and where in its text everything stands. */
export type Source = {
  readonly file: string;
  /** A mapping; empty for a file that holds only comments. */
  readonly data: unknown;
  /** Where the value at `path` begins, or the nearest thing around a missing one; with `onKey` its key. */
  locate(path: readonly PropertyKey[], onKey: boolean): Position;
};

/** Both count from 1. */
export type Position = { readonly line: number; readonly column: number };

const maxBytes = 256 * 1024;

/**
 * Reads YAML 1.2 (one document, a mapping at the top). Anchors may stand; aliases, tags, duplicate keys and
 * keys that are no text are refused: none is needed, and each can hide what a file says. A file with any
 * such problem yields only problems.
 */
export function parseSource(file: string, text: string): { source: Source } | { problems: ConfigProblem[] } {
  const problem = (position: Position, message: string): ConfigProblem => ({
    code: 'config-syntax',
    file,
    ...position,
    message,
  });
  if (Buffer.byteLength(text) > maxBytes) {
    return { problems: [problem({ line: 1, column: 1 }, 'is larger than 256 KiB: spread it over conf.d')] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
  });
  const found = [...document.errors, ...document.warnings].map(error => ({
    offset: error.pos[0],
    message: wordsFor(error.code, error.message),
  }));
  if (found.length === 0) found.push(...unwanted(document));
  if (found.length > 0) {
    return {
      problems: firstOfEachLine(
        found.map(({ offset, message }) => problem(positionOf(lines, offset), message)),
      ),
    };
  }
  const locate: Source['locate'] = (path, onKey) => positionOf(lines, offsetOf(document, path, onKey));
  // Aliases are gone by now; 0 keeps it so should that check ever miss one.
  return { source: { file, data: document.toJS({ maxAliasCount: 0 }) ?? {}, locate } };
}

type Unwanted = { readonly offset: number; readonly message: string };

function unwanted(document: Document.Parsed): Unwanted[] {
  const found: Unwanted[] = [];
  visit(document, {
    Alias(_, node) {
      found.push({
        offset: node.range?.[0] ?? 0,
        message: `aliases such as *${node.source} are not supported`,
      });
    },
    Pair(_, pair) {
      // A key of this name would change what other code sees of the mapping, and zod passes over it.
      if (isScalar(pair.key) && pair.key.value === '__proto__') {
        found.push({ offset: pair.key.range?.[0] ?? 0, message: '__proto__ cannot be a key' });
      }
    },
  });
  if (document.contents !== null && !isMap(document.contents) && !isAlias(document.contents)) {
    found.push({ offset: document.contents.range[0], message: 'the file must be a mapping (key: value)' });
  }
  return found;
}

/** One slip makes a parser stumble many times; the first on a line is the telling one. */
function firstOfEachLine(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return sorted.filter((problem, index) => problem.line !== sorted[index - 1]?.line);
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], onKey: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const here = path.slice(0, length);
    const key = keyOffset(document, here);
    const node = document.getIn(here, true);
    // An empty value has no place worth pointing at: its key has.
    const empty = isScalar(node) && node.value === null;
    if (key !== null && (empty || (onKey && length === path.length))) return key;
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function keyOffset(document: Document.Parsed, path: readonly PropertyKey[]): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  for (const { key } of parent.items) {
    if (isScalar(key) && key.value === path.at(-1)) return key.range?.[0] ?? null;
  }
  return null;
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The parser speaks to programmers; these are what operators run into. */
function wordsFor(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice in one mapping';
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent: use spaces';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here (---): a file holds one';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second `: ` on this line: put the value in quotes';
    case 'BAD_INDENT':
      return `indentation or a closing bracket is wrong (${message})`;
    case 'MULTILINE_IMPLICIT_KEY':
      return 'this line has no `key: value`';
    case 'TAG_RESOLVE_FAILED':
      return 'tags such as !name are not supported';
    case 'NON_STRING_KEY':
      return 'a key must be text';
    case 'RESOURCE_EXHAUSTION':
      return 'nested too deeply';
    default:
      return message;
  }
}
