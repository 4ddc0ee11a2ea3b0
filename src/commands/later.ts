/** Commands of contract section 1 that a later version brings. */
export const laterCommands: readonly { readonly name: string; readonly summary: string }[] = [
  { name: 'remove', summary: 'forget a certificate' },
  { name: 'adopt', summary: 'take over from another client' },
  { name: 'inspect', summary: 'show certificate files' },
  { name: 'notify', summary: 'try a notification' },
];
