import { expect, test } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';
import { rule } from '../support/rule.ts';
import { filesBelow, readText } from '../support/source-tree.ts';

const before = `account: { agree_tos: true }
certificates:
  - domains: [example.com]
    challenge: { webroot: /var/www/certd }
`;

const examples = filesBelow('.')
  .filter(path => path.endsWith('.md'))
  .flatMap(path =>
    [...readText(path).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ path, text })),
  );

test.each(examples)('the configuration in $path is one that certd takes: $text', ({ text }) => {
  const whole = wholeOf(text);
  expect(
    decodeConfig([{ file: 'config.yaml', text: whole }]),
    rule({
      why: 'examples are copied',
      mend: 'correct the example; what is not available yet must not be in one',
    }),
  ).toMatchObject({ config: { warnings: [] } });
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(4);
});

/** An example is a whole file, or what stands below a certificate or below `deploy`. */
function wholeOf(text: string): string {
  if (text.startsWith('account:')) return text;
  const part = /^(?:deploy|files|attempt):/.test(text) ? text : `deploy:\n${indented(text, 2)}`;
  return `${before}${indented(part, 4)}`;
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}
