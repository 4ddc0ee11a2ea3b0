import { describe, expect, it } from 'vitest';
import { parsePrometheus, sampleValue } from './prometheus.ts';

const gauge = '# HELP a_metric What it is.\n# TYPE a_metric gauge\n';
const counter = '# HELP a_total What it is.\n# TYPE a_total counter\n';
const histogram = '# HELP a_seconds What it is.\n# TYPE a_seconds histogram\n';

it('reads types, labels, escapes and every way to write a number', () => {
  const text = [
    '# HELP a_total A \\\\ and\\na line.',
    '# TYPE a_total counter',
    'a_total{name="a \\"b\\" \\\\ c\\nd",_ca="x,y} 7"} 3',
    'a_total 1.5e+21',
    '# HELP b_metric Nothing yet.',
    '# TYPE b_metric gauge',
    '# HELP c_metric Infinite.',
    '# TYPE c_metric gauge',
    'c_metric{sign="-"} -Inf',
    'c_metric{sign="+"} +Inf',
    'c_metric{sign="small"} -0.25',
    '',
  ].join('\n');
  expect([...parsePrometheus(text).values()]).toEqual([
    {
      name: 'a_total',
      type: 'counter',
      help: 'A \\ and\na line.',
      samples: [
        { name: 'a_total', labels: { name: 'a "b" \\ c\nd', _ca: 'x,y} 7' }, value: 3 },
        { name: 'a_total', labels: {}, value: 1.5e21 },
      ],
    },
    { name: 'b_metric', type: 'gauge', help: 'Nothing yet.', samples: [] },
    {
      name: 'c_metric',
      type: 'gauge',
      help: 'Infinite.',
      samples: [
        { name: 'c_metric', labels: { sign: '-' }, value: Number.NEGATIVE_INFINITY },
        { name: 'c_metric', labels: { sign: '+' }, value: Number.POSITIVE_INFINITY },
        { name: 'c_metric', labels: { sign: 'small' }, value: -0.25 },
      ],
    },
  ]);
});

it('finds a value by its name and all of its labels, in any order', () => {
  const families = parsePrometheus(`${gauge}a_metric{x="1",y="2"} 7\na_metric 8\n`);
  expect(sampleValue(families, 'a_metric', { y: '2', x: '1' })).toBe(7);
  expect(sampleValue(families, 'a_metric')).toBe(8);
  expect(sampleValue(families, 'a_metric', { x: '1' })).toBe(undefined);
});

describe('refuses', () => {
  it.each([
    ['an empty answer', '', 'the last line does not end'],
    ['a last line without its end', `${gauge}a_metric 1`, 'the last line does not end'],
    ['an empty line', `${gauge}\na_metric 1\n`, 'no sample: '],
    ['a sample before any metric', 'a_metric 1\n', 'a sample of no metric'],
    ['a sample before the TYPE', '# HELP a_metric x\na_metric 1\n# TYPE a_metric gauge\n', 'of no metric'],
    ['a TYPE without HELP', '# TYPE a_metric gauge\n', 'TYPE does not follow'],
    ['a HELP without TYPE', '# HELP a_metric x\n', 'a_metric has no TYPE'],
    ['a HELP without TYPE before another', `# HELP b_metric x\n${gauge}`, 'b_metric has no TYPE'],
    ['a TYPE of another metric', '# HELP a_metric x\n# TYPE b_metric gauge\n', 'TYPE does not follow'],
    ['a second TYPE', `${gauge}# TYPE a_metric gauge\n`, 'its TYPE twice'],
    ['a metric in two pieces', `${gauge}a_metric 1\n${counter}${gauge}`, 'a_metric is described twice'],
    ['a sample of another metric', `${gauge}a_metric 1\nb_metric 1\n`, 'a sample of no metric'],
    ['another comment', `${gauge}# a word\n`, 'neither HELP nor TYPE'],
    ['an unknown type', '# HELP a_metric x\n# TYPE a_metric number\n', 'no type: number'],
    ['a stray backslash in a help text', '# HELP a_metric C:\\d\n# TYPE a_metric gauge\n', 'escapes nothing'],
    ['a quotation mark escaped in a help text', '# HELP a \\"\n# TYPE a gauge\n', 'escapes nothing'],
    ['a name with a dash', '# HELP a-metric x\n# TYPE a-metric gauge\n', 'neither HELP nor TYPE'],
    ['a sample whose name begins with a digit', `${gauge}0a 1\n`, 'no sample'],
    ['a label with a dash', `${gauge}a_metric{a-b="1"} 1\n`, 'no label at 1'],
    ['a label without quotes', `${gauge}a_metric{a=1} 1\n`, 'no label at 1'],
    ['an unknown escape', `${gauge}a_metric{a="\\t"} 1\n`, 'no label at 1'],
    ['a quotation mark inside', `${gauge}a_metric{a="b"c"} 1\n`, 'no comma and label'],
    ['two labels without a comma', `${gauge}a_metric{a="1"b="2"} 1\n`, 'no comma and label'],
    ['a comma at the end', `${gauge}a_metric{a="1",} 1\n`, 'no comma and label'],
    ['a label that stands there twice', `${gauge}a_metric{a="1",a="2"} 1\n`, 'label a twice'],
    ['a reserved label', `${gauge}a_metric{__name__="b"} 1\n`, 'is reserved'],
    ['empty braces', `${gauge}a_metric{} 1\n`, 'empty braces'],
    ['no value', `${gauge}a_metric\n`, 'no sample'],
    ['a value that is no number', `${gauge}a_metric null\n`, 'no number'],
    ['NaN, which certd has no use for', `${gauge}a_metric NaN\n`, 'no number'],
    ['a hexadecimal number', `${gauge}a_metric 0x10\n`, 'no number'],
    ['two spaces', `${gauge}a_metric  1\n`, 'no sample'],
    ['a timestamp', `${gauge}a_metric 1 1700000000000\n`, 'no sample'],
    ['a carriage return', `${gauge}a_metric 1\r\n`, 'no sample'],
    ['a sample that stands there twice', `${gauge}a_metric{a="1"} 1\na_metric{a="1"} 2\n`, 'twice: '],
    [
      'the same with its labels turned round',
      `${gauge}a_metric{a="1",b="2"} 1\na_metric{b="2",a="1"} 1\n`,
      'twice: ',
    ],
    ['a counter that is not called one', '# HELP a x\n# TYPE a counter\n', 'a must not be a counter'],
    ['a gauge that is called a counter', '# HELP a_total x\n# TYPE a_total gauge\n', 'must not be a gauge'],
    ['a counter below zero', `${counter}a_total -1\n`, 'below zero'],
    [
      'a histogram without +Inf',
      `${histogram}a_seconds_sum 1\na_seconds_count 1\n`,
      'does not end with +Inf',
    ],
    ['a bare sample of a histogram', `${histogram}a_seconds 1\n`, 'a sample of no metric'],
  ])('%s', (_sentence, text, words) => {
    expect(() => parsePrometheus(text)).toThrow(words);
  });

  /** Two buckets, +Inf, sum and count, with one line changed. */
  const buckets = (change: Readonly<Record<number, string>>) => {
    const lines = [
      'a_seconds_bucket{le="0.5"} 1',
      'a_seconds_bucket{le="1"} 3',
      'a_seconds_bucket{le="+Inf"} 4',
      'a_seconds_sum 5.5',
      'a_seconds_count 4',
    ];
    return `${histogram}${lines.map((line, index) => `${change[index] ?? line}\n`).join('')}`;
  };

  it('nothing in a histogram that is one', () => {
    expect(sampleValue(parsePrometheus(buckets({})), 'a_seconds_sum')).toBe(5.5);
  });

  it.each([
    ['buckets that fall', { 1: 'a_seconds_bucket{le="1"} 0' }, 'not cumulative'],
    ['bounds that fall', { 1: 'a_seconds_bucket{le="0.25"} 3' }, 'do not rise'],
    ['a bound that is no number', { 1: 'a_seconds_bucket{le="one"} 3' }, 'no number'],
    ['a bucket without a bound', { 1: 'a_seconds_bucket 3' }, 'no number'],
    ['a count that is not +Inf', { 4: 'a_seconds_count 5' }, '+Inf is not the count'],
    ['a sum below zero', { 3: 'a_seconds_sum -1' }, 'no sum'],
    ['a count of other labels', { 4: 'a_seconds_count{ca="x"} 4' }, '+Inf is not the count'],
    ['buckets after +Inf', { 3: 'a_seconds_bucket{le="2"} 4' }, 'does not end with +Inf'],
  ])('%s', (_sentence, change, words) => {
    expect(() => parsePrometheus(buckets(change))).toThrow(words);
  });
});
