import type { Entry, Retry } from '../src/core/catalogue/entry.ts';
import { catalogueAreas } from '../src/core/catalogue.ts';

const retryWords: Readonly<Record<Retry, string>> = {
  'next-tick': 'at the next look, within a minute',
  'back-off': 'after 1 minute, 10 minutes, 100 minutes, then daily',
  daily: 'once a day, since somebody must change something first',
  'not-before': 'not before the moment that the CA names',
  none: 'not by itself',
};

/** `docs/errors.md` as the catalogue has it. */
export function errorsPage(): string {
  const parts = [
    '<!-- Made by `npm run errors` from src/core/catalogue. Do not edit. -->',
    '# Errors and problems',
    'Every warning and error in the log has a `code`, and so has every problem that `certd status` and the health socket show. This page lists them all. A code keeps its meaning; new ones may come with any version.',
    '*Tried again* is about a certificate’s order or deploy: a deploy that failed waits from one minute, doubling, to a day, except where the page says “at the next look”, and at once where its configuration is changed. `certd renew` does not wait for certd’s own back-off. It always waits for the CA’s.',
  ];
  for (const { title, entries } of catalogueAreas) {
    parts.push(`## ${title}`);
    for (const [code, entry] of Object.entries<Entry>(entries)) parts.push(...section(code, entry));
  }
  return `${parts.join('\n\n')}\n`;
}

/** An entry that no attempt ends with says nothing of another one. */
function section(code: string, { summary, cure, retry }: Entry): readonly string[] {
  const again = retry === 'none' ? [] : [`Tried again: ${wordsFor(code, retry)}.`];
  return [`### ${code}`, summary, `**What to do:** ${cure}`, ...again];
}

function wordsFor(code: string, retry: Retry): string {
  return /^(hook|output)-/.test(code) ? 'after 1 minute, doubling, to a day' : retryWords[retry];
}
