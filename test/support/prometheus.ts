type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

type ParsedSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type ParsedFamily = {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
};

type Open = { name: string; type: MetricType | null; help: string; samples: ParsedSample[] };

/**
 * Reads Prometheus text format 0.0.4 more strictly than Prometheus does, and throws at the first line that is
 * wrong: each metric has HELP, TYPE and then its samples, in one piece; no sample stands there twice; counters
 * end in `_total` and are not below zero; the buckets of a histogram grow up to the count. Timestamps of
 * samples are refused, since certd writes none.
 * https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
 */
export function parsePrometheus(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Open>();
  const seen = new Set<string>();
  let open: Open | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.startsWith('#')) {
      open = withComment(line, open, families);
      continue;
    }
    const sample = sampleOf(line);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw new Error(`twice: ${line}`);
    seen.add(key);
    if (open === null || open.type === null || !belongs(sample.name, open)) {
      throw new Error(`a sample of no metric that is open: ${line}`);
    }
    open.samples.push(sample);
  }
  return new Map([...families].map(([name, family]) => [name, checked(family)]));
}

/** The value of the one sample that has exactly these labels; undefined where there is none. */
export function sampleValue(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const samples = [...families.values()].flatMap(family => family.samples);
  return samples.find(
    sample => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}

function withComment(line: string, open: Open | null, families: Map<string, Open>): Open {
  const [, word, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
  if (word === 'HELP') {
    if (open?.type === null) throw new Error(`${open.name} has no TYPE`);
    if (families.has(name)) throw new Error(`${name} is described twice`);
    const family: Open = { name, type: null, help: unescaped(rest, /\\[\\n]/g), samples: [] };
    families.set(name, family);
    return family;
  }
  if (word !== 'TYPE') throw new Error(`neither HELP nor TYPE: ${line}`);
  if (open?.name !== name) throw new Error(`TYPE does not follow the HELP of ${name}`);
  if (open.type !== null) throw new Error(`${name} has its TYPE twice or after its samples`);
  open.type = typeOf(rest);
  return open;
}

function typeOf(word: string): MetricType {
  switch (word) {
    case 'counter':
    case 'gauge':
    case 'histogram':
    case 'summary':
    case 'untyped':
      return word;
    default:
      throw new Error(`no type: ${word}`);
  }
}

const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/y;

function sampleOf(line: string): ParsedSample {
  const [, name = '', inner, number = ''] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === '') throw new Error(`no sample: ${line}`);
  return { name, labels: inner === undefined ? {} : labelsOf(inner, line), value: numberOf(number, line) };
}

function labelsOf(inner: string, line: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let place = 0;
  while (place < inner.length) {
    labelPattern.lastIndex = place;
    const [whole, name, value] = labelPattern.exec(inner) ?? [];
    if (whole === undefined || name === undefined || value === undefined) {
      throw new Error(`no label at ${place + 1} of {${inner}}: ${line}`);
    }
    if (name in labels) throw new Error(`label ${name} twice: ${line}`);
    if (name.startsWith('__')) throw new Error(`label ${name} is reserved: ${line}`);
    labels[name] = unescaped(value, /\\[\\"n]/g);
    place += whole.length;
    if (place === inner.length) break;
    if (inner[place] !== ',' || place + 1 === inner.length) throw new Error(`no comma and label: ${line}`);
    place += 1;
  }
  if (place === 0) throw new Error(`empty braces: ${line}`);
  return labels;
}

function unescaped(text: string, escapes: RegExp): string {
  const stray = text.replaceAll(escapes, '');
  if (stray.includes('\\')) throw new Error(`a backslash that escapes nothing: ${text}`);
  return text.replaceAll(escapes, pair => (pair === '\\n' ? '\n' : pair.slice(1)));
}

function numberOf(word: string, line: string): number {
  if (word === '+Inf') return Number.POSITIVE_INFINITY;
  if (word === '-Inf') return Number.NEGATIVE_INFINITY;
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(word)) throw new Error(`no number: ${line}`);
  return Number(word);
}

function belongs(sample: string, { name, type }: Open): boolean {
  if (type !== 'histogram') return sample === name;
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample);
}

function checked({ name, type, help, samples }: Open): ParsedFamily {
  if (type === null) throw new Error(`${name} has no TYPE`);
  if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} must not be a ${type}`);
  if (type === 'counter' && samples.some(({ value }) => value < 0)) throw new Error(`${name} is below zero`);
  if (type === 'histogram') checkHistogram(name, samples);
  return { name, type, help, samples };
}

function checkHistogram(name: string, samples: readonly ParsedSample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) =>
    JSON.stringify(Object.entries(rest).sort()),
  );
  for (const [labels, own] of series) {
    const where = `${name} ${labels}`;
    const buckets = own.filter(sample => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le = '' } }) => numberOf(le, `${where} le=${le}`));
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`${where} does not end with +Inf`);
    if (!grows(bounds, true)) throw new Error(`${where}: its bounds do not rise`);
    if (!grows(buckets.map(({ value }) => value)))
      throw new Error(`${where}: its buckets are not cumulative`);
    const [sum] = own.filter(sample => sample.name === `${name}_sum`);
    const [count] = own.filter(sample => sample.name === `${name}_count`);
    if (sum === undefined || sum.value < 0) throw new Error(`${where} has no sum that is a sum of lengths`);
    if (count?.value !== buckets.at(-1)?.value) throw new Error(`${where}: +Inf is not the count`);
    if ([sum, count].some(sample => sample !== undefined && 'le' in sample.labels)) {
      throw new Error(`${where}: le belongs to buckets only`);
    }
  }
}

function grows(numbers: readonly number[], strictly = false): boolean {
  return numbers.every((number, index) => {
    const before = numbers[index - 1];
    return before === undefined || before < number || (!strictly && before === number);
  });
}
