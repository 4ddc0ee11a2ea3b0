/** What became of a piece of text: the value that it stands for, or what is wrong with it, for people. */
export type Reading<Value> = { readonly value: Value } | { readonly problem: string };
