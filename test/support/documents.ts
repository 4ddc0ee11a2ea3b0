import { filesBelow, readText } from './source-tree.ts';

export type Document = {
  readonly path: string;
  readonly text: string;
  /** Targets of `[…](…)` with the text of the link, outside of code. */
  readonly links: readonly { readonly words: string; readonly target: string }[];
  /** What stands between single backticks. */
  readonly spans: readonly string[];
  /** Lines of fenced `sh` blocks that are no comment. */
  readonly shell: readonly string[];
  /** Anchors that a link may name after `#`. */
  readonly anchors: readonly string[];
};

/** Every page of prose in the tree. */
export function documents(): Document[] {
  return filesBelow('.')
    .filter(path => path.endsWith('.md'))
    .map(path => documentOf(path, readText(path)));
}

export function documentOf(path: string, text: string): Document {
  const fences = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)];
  const prose = text.replaceAll(/^ *```\w*\n[\s\S]*?^ *```$/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  const links = [...prose.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)];
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)];
  return {
    path,
    text,
    links: links.map(([, words = '', target = '']) => ({ words, target })),
    spans,
    shell: fences.filter(([, language]) => language === 'sh').flatMap(([, , body = '']) => commandsOf(body)),
    anchors: headings.map(([, heading = '']) => anchorOf(heading)),
  };
}

/** The lines of a script, continued ones joined. */
function commandsOf(body: string): string[] {
  return body
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
}

/** As the usual viewers make it: lower case, no punctuation, dashes for spaces. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
