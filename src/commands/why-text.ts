import type { Look } from '../core/issue/due.ts';
import { planFor } from '../core/plan.ts';
import { plainText } from '../core/text/plain-text.ts';
import { planLines } from './plan-lines.ts';
import { whyRows } from './why-rows.ts';
import { wrap } from './wrap.ts';

/** The longest label and the space after it. */
const labelWidth = 13;

/** What `certd why NAME` prints: what would be ordered, as `certd plan` says it, and everything that this rests on. */
export function whyText(look: Omit<Look, 'asked'>, width: number): string {
  const { target, seen, now } = look;
  const [order] = planLines(planFor(target, seen, 'nothing', now), now);
  const head = wrap(plainText(`${target.name}: ${order}`), { width, first: '', next: '    ' });
  const rest = whyRows({ ...look, asked: 'nothing' }).flatMap(({ label, lines }) =>
    lines.flatMap((line, index) =>
      wrap(plainText(line), {
        width,
        first: (index === 0 ? label : '').padEnd(labelWidth),
        next: ' '.repeat(labelWidth + 2),
      }),
    ),
  );
  return [...head, '', ...rest].map(line => `${line}\n`).join('');
}
