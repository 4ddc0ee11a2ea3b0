import type { WalkEnd } from '../names/seen-names.ts';

/** How a walk ended, in a few words. */
export function endText(end: WalkEnd): string {
  switch (end.kind) {
    case 'answer':
      return `HTTP ${end.status}`;
    case 'no-connection':
      return `no connection, ${end.code}`;
    case 'no-answer':
      return `no answer, ${end.code}`;
    case 'bad-redirect':
      return `a redirect ${end.why}`;
    case 'no-host':
      return `a redirect to ${end.host}, which has no address`;
    case 'inner-host':
      return `a redirect to ${end.host}, which has the inner address ${end.address}`;
    case 'loop':
      return 'redirects in a circle';
    case 'too-long':
      return 'more than 10 redirects';
  }
}
