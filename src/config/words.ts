import type { Command } from '../core/deploy/deploy-model.ts';
import type { Reading } from './reading.ts';

const askForShell = 'certd runs commands without a shell; quote it, or write { shell: "…" }';
/** What would begin a compound command or a function in a shell (POSIX XCU 2.4). */
const reserved = new Set(['!', '{', 'if', 'for', 'while', 'until', 'case']);

/**
 * Splits one command as a POSIX shell splits words (XCU 2.2 quoting, 2.3 tokens), without running one.
 * Whatever a shell would expand or act upon is refused, so that no command means something else here than
 * at a prompt; inside single quotes everything is literal. A problem quotes nothing of the line that may be a secret.
 */
export function readCommandLine(line: string): Reading<Command> {
  const split = splitWords(line.replace(/\n+$/, ''));
  if ('problem' in split) return split;
  const [first, ...rest] = split.value;
  if (first === undefined) return { problem: 'the command is empty' };
  // The name alone: values are the secrets of somebody.
  const variable = first.quoted ? null : /^[A-Za-z_][A-Za-z0-9_]*=/.exec(first.text);
  if (variable !== null) {
    return {
      problem: `${variable[0]}… would set a variable; begin with \`env\`, or write { shell: "…" }`,
    };
  }
  if (!first.quoted && reserved.has(first.text)) {
    return { problem: `\`${first.text}\` belongs to a shell's grammar; ${askForShell}` };
  }
  return readCommandWords([first.text, ...rest.map(word => word.text)]);
}

/** A command given as words: the program and its arguments, each exactly as written. */
export function readCommandWords(words: readonly string[]): Reading<Command> {
  const [program, ...args] = words;
  if (program === undefined || program === '') return { problem: 'the command is empty' };
  if (program.startsWith('-')) {
    return {
      problem: `a command cannot begin with \`-\`; one command is one item of the list: [nginx -s reload]`,
    };
  }
  if (words.some(word => word.includes('\0'))) return { problem: 'a command cannot hold a NUL byte' };
  return { value: { kind: 'argv', argv: [program, ...args] } };
}

/** A script for `/bin/sh`, asked for in so many words. */
export function readShellScript(script: string): Reading<Command> {
  if (script.trim() === '') return { problem: 'the command is empty' };
  if (script.includes('\0')) return { problem: 'a command cannot hold a NUL byte' };
  return { value: { kind: 'shell', script } };
}

type Word = { text: string; readonly quoted: boolean };

function splitWords(line: string): Reading<Word[]> {
  const words: Word[] = [];
  let word: Word | null = null;
  let rest = line;
  while (rest !== '') {
    const piece = nextPiece(rest, word === null);
    if ('problem' in piece) return piece;
    rest = rest.slice(piece.value.length);
    if (piece.value.text === null) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      // Quoting the first part of a word is what keeps a shell from reading it as an assignment.
      word ??= { text: '', quoted: piece.value.quoted };
      word.text += piece.value.text;
    }
  }
  if (word !== null) words.push(word);
  return { value: words };
}

/** `text` null: space between words. */
type Piece = { readonly length: number; readonly text: string | null; readonly quoted: boolean };

function nextPiece(rest: string, atWordStart: boolean): Reading<Piece> {
  const space = /^[ \t]+/.exec(rest);
  if (space !== null) return piece(space[0].length, null);
  // A backslash before a line's end joins the lines; it begins no word and ends none.
  if (rest.startsWith('\\\n')) return piece(2, atWordStart ? null : '');
  const first = rest.charAt(0);
  if (first === "'") return singleQuoted(rest);
  if (first === '"') return doubleQuoted(rest);
  if (first === '\\') {
    return rest.length === 1
      ? { problem: 'a backslash at the end quotes nothing' }
      : piece(2, rest.charAt(1), true);
  }
  if (first === '\n') return { problem: `there are several lines; ${askForShell}` };
  if ('|&;<>()$`*?['.includes(first) || (atWordStart && '#~'.includes(first))) {
    return { problem: `\`${first}\` outside quotes means something to a shell; ${askForShell}` };
  }
  return piece(1, first);
}

function singleQuoted(rest: string): Reading<Piece> {
  const end = rest.indexOf("'", 1);
  if (end === -1) return { problem: 'a single quote is not closed' };
  return piece(end + 1, rest.slice(1, end), true);
}

function doubleQuoted(rest: string): Reading<Piece> {
  const found = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
  const inner = found?.[1];
  if (found === null || inner === undefined) return { problem: 'a double quote is not closed' };
  const expansion = /[$`]/.exec(inner.replace(/\\[\s\S]/g, ''));
  if (expansion !== null) {
    return {
      problem: `\`${expansion[0]}\` inside double quotes means something to a shell; use single quotes, or write { shell: "…" }`,
    };
  }
  // Only these four and the line's end lose their backslash (XCU 2.2.3).
  const text = inner.replace(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char));
  return piece(found[0].length, text, true);
}

function piece(length: number, text: string | null, quoted = false): Reading<Piece> {
  return { value: { length, text, quoted } };
}
