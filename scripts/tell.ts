/** A step of the story. */
export function say(text: string): void {
  console.log(`\n> ${text}`);
}

/** What came of it; each line is indented. */
export function see(text: string): void {
  console.log(text.replaceAll(/^/gm, '    '));
}
