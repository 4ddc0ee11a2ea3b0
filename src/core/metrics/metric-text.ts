/**
 * One metric with its samples. `suffix` is what a histogram appends to the name of a sample; `labels` is the
 * text of `labelText`.
 */
export type Family = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
};

export type Sample = { readonly suffix?: string; readonly labels: string; readonly value: number };

/** Prometheus text format 0.0.4: HELP and TYPE of every metric, also of one that has no sample yet. */
export function familiesText(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

/** `name="a.example",ca="main"`: the labels of one sample, which also tell it from others of its metric. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapedValue(value)}"`)
    .join(',');
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const braces = labels === '' ? '' : `{${labels}}`;
    return `${name}${suffix}${braces} ${value}\n`;
  });
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** A quotation mark is escaped in values only: in a help text `\"` would be shown as it is. */
function escapedValue(text: string): string {
  // Thousands of values in an answer have nothing to escape.
  if (!/[\\"\n]/.test(text)) return text;
  return escaped(text).replaceAll('"', '\\"');
}
