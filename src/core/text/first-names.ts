/** The first `count` of many names, and how many more there are: "a, b, c and 4 more". */
export function firstNames(names: readonly string[], count: number): string {
  const more = names.length - count;
  const first = names.slice(0, count).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
