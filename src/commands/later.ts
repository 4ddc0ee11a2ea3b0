/** Commands of contract section 1 that a later version brings. */
export const laterCommands: readonly { readonly words: string; readonly summary: string }[] = [
  { words: 'remove', summary: 'forget a certificate' },
  { words: 'adopt', summary: 'take over from another client' },
  { words: 'inspect', summary: 'show certificate files' },
  { words: 'notify', summary: 'try a notification' },
];
