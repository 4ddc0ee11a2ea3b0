import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
} from 'yaml';
import type { ConfigProblem } from './config.ts';
import { wordsFor } from './syntax-words.ts';

/** A file as plain data, and where in its text everything stands. */
export type Source = {
  readonly file: string;
  /** A mapping; empty for a file that holds only comments. */
  readonly data: unknown;
  /** Where the value at `path` begins, or the nearest thing around a missing one; with `onKey` its key. */
  locate(path: readonly PropertyKey[], onKey: boolean): Position;
};

/** Both count from 1. */
type Position = { readonly line: number; readonly column: number };

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

const maxDepth = 32;

/** Walks without recursion: how deep the parser itself gets depends on the stack that was left to it. */
function unwanted(document: Document.Parsed): Unwanted[] {
  const found: Unwanted[] = [];
  const ahead: { node: unknown; depth: number }[] = [{ node: document.contents, depth: 1 }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { node, depth } = next;
    const message = refusal(node, depth);
    if (message !== null && isNode(node)) found.push({ offset: node.range?.[0] ?? 0, message });
    else if (isCollection(node)) for (const item of node.items) ahead.push(...childrenOf(item, depth + 1));
  }
  return found;
}

function refusal(node: unknown, depth: number): string | null {
  if (isAlias(node)) return `aliases such as *${node.source} are not supported`;
  if (isCollection(node) && depth > maxDepth) return 'nested too deeply';
  if (depth === 1 && node !== null && !isMap(node)) return 'the file must be a mapping (key: value)';
  // A key of this name would change what other code sees of the mapping, and zod passes over it.
  if (depth < 0 && isScalar(node) && node.value === '__proto__') return '__proto__ cannot be a key';
  return null;
}

/** Keys carry a depth below zero, so that they can be told from values. */
function childrenOf(item: unknown, depth: number): { node: unknown; depth: number }[] {
  return isPair(item)
    ? [
        { node: item.key, depth: -1 },
        { node: item.value, depth },
      ]
    : [{ node: item, depth }];
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
