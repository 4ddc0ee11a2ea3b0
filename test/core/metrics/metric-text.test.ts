import { expect, it } from 'vitest';
import { familiesText, labelText } from '../../../src/core/metrics/metric-text.ts';
import { parsePrometheus } from '../../support/prometheus.ts';

it('writes HELP, TYPE and samples, and the first two also where there is no sample', () => {
  const text = familiesText([
    {
      name: 'a_total',
      type: 'counter',
      help: 'What it counts.',
      samples: [
        { labels: '', value: 3 },
        { labels: labelText({ name: 'a.example', ca: 'main' }), value: 0.5 },
      ],
    },
    { name: 'b', type: 'gauge', help: 'Nothing yet.', samples: [] },
    { name: 'c', type: 'histogram', help: 'Lengths.', samples: [{ suffix: '_sum', labels: '', value: 1 }] },
  ]);
  expect(text).toBe(
    [
      '# HELP a_total What it counts.',
      '# TYPE a_total counter',
      'a_total 3',
      'a_total{name="a.example",ca="main"} 0.5',
      '# HELP b Nothing yet.',
      '# TYPE b gauge',
      '# HELP c Lengths.',
      '# TYPE c histogram',
      'c_sum 1',
      '',
    ].join('\n'),
  );
});

it('escapes backslash, quotation mark and line end in a value', () => {
  expect(labelText({ name: 'a"b\\c\nd' })).toBe('name="a\\"b\\\\c\\nd"');
});

it('escapes backslash and line end in a help text, and leaves quotation marks', () => {
  const text = familiesText([{ name: 'a', type: 'gauge', help: 'say "a\\b"\nand c', samples: [] }]);
  expect(text).toBe('# HELP a say "a\\\\b"\\nand c\n# TYPE a gauge\n');
});

it.each(['plain', 'a "b"', 'C:\\new', 'two\nlines', '\\', '\\"', '\\n', '}', 'ü, 日本', ''])(
  'a reader gets back what was written: %j',
  words => {
    const samples = [{ labels: labelText({ name: words }), value: 1 }];
    const text = familiesText([{ name: 'a', type: 'gauge', help: `x${words}`, samples }]);
    const family = parsePrometheus(text).get('a');
    expect(family?.help).toBe(`x${words}`);
    expect(family?.samples[0]?.labels).toEqual({ name: words });
  },
);

it.each([
  [1_767_225_600.125, '1767225600.125'],
  [1e21, '1e+21'],
  [5e-7, '5e-7'],
  [-1, '-1'],
])('writes %d as Go and Prometheus read it', (value, written) => {
  const text = familiesText([{ name: 'a', type: 'gauge', help: 'x', samples: [{ labels: '', value }] }]);
  expect(text).toContain(`\na ${written}\n`);
  expect(parsePrometheus(text).get('a')?.samples[0]?.value).toBe(value);
});
