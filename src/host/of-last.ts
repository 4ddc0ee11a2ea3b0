/** A function that remembers what it made of its last input, and hands it out while the input is the same. */
export function ofLast<I, O>(make: (input: I) => O): (input: I) => O {
  let last: { readonly input: I; readonly made: O } | null = null;
  return input => {
    if (last === null || !Object.is(last.input, input)) last = { input, made: make(input) };
    return last.made;
  };
}
