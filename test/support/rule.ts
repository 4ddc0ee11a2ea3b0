/** What a rule prints when it is broken: the reason for it, then how to mend it. */
export function rule(words: { readonly why: string; readonly mend: string }): string {
  return `\n  why:  ${words.why}\n  mend: ${words.mend}\n`;
}
