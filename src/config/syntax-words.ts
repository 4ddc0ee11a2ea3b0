/** What an error of the YAML parser (its `code` and message) says to an operator; the rarer ones speak for themselves. */
export function wordsFor(code: string, message: string): string {
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
