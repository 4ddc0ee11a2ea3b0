import type { SsmDocument } from './ssm-document.ts';

export type SsmValues = readonly (readonly [name: string, value: string])[];

/** Every parameter of the document with what it was given, or its default. Throws for what Systems Manager does not take. */
export function ssmValues({ parameters }: SsmDocument, given: Readonly<Record<string, string>>): SsmValues {
  const unknown = Object.keys(given).filter(name => parameters[name] === undefined);
  if (unknown.length > 0) throw new Error(`the document has no parameter ${unknown.join(', ')}`);
  return Object.entries(parameters).map(
    ([name, { default: usual, allowedPattern, allowedValues, maxChars }]) => {
      const value = given[name] ?? usual;
      if (value === undefined) throw new Error(`the parameter ${name} is missing`);
      const fits =
        new RegExp(allowedPattern ?? '').test(value) &&
        (allowedValues?.includes(value) ?? true) &&
        value.length <= (maxChars ?? value.length);
      if (!fits) throw new Error(`the parameter ${name} cannot be ${value}`);
      return [name, value];
    },
  );
}
