import { resolve } from 'node:path';
import { pickNamed } from '../core/pick-named.ts';
import { layoutAt } from '../store/layout.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';
import { apacheSnippet } from './snippet-apache.ts';
import { haproxySnippet } from './snippet-haproxy.ts';
import { nginxSnippet } from './snippet-nginx.ts';
import { sitesOf } from './snippet-sites.ts';

export type SnippetServer = keyof typeof snippets;

const snippets = { nginx: nginxSnippet, apache: apacheSnippet, haproxy: haproxySnippet };

/** `certd snippet`: prints the lines that a web server needs for these certificates, all where none is named. */
export function snippetCommand(server: SnippetServer, names: readonly string[], places: Places): number {
  const targets = pickNamed(readTargets(places), names);
  const sites = sitesOf(targets, layoutAt(resolve(places.stateDir)).live);
  process.stdout.write(
    snippets[server](sites)
      .map(line => `${line}\n`)
      .join(''),
  );
  return 0;
}

function readTargets(places: Places) {
  try {
    checkRight(places.config);
    return configured(places, showProblem).certificates;
  } catch (thrown) {
    throw withRootHint(thrown);
  }
}
