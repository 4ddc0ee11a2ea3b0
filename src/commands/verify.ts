import type { Config } from '../config/config.ts';
import { pickNamed } from '../core/pick-named.ts';
import { type VerifyDocument, type VerifyLevel, verifyDocument } from '../core/status/verify-document.ts';
import { plainLines } from '../core/text/plain-text.ts';
import { visibleText } from '../core/text/visible-text.ts';
import { version } from '../host/version.ts';
import { layoutAt } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { openWorld } from '../store/world.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';
import { openVerifier } from './verify-look.ts';
import { verifyText } from './verify-text.ts';

type VerifyOptions = Places & { readonly json?: true };

/** As monitoring plugins end. */
const exitCodes: Readonly<Record<VerifyLevel, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/**
 * `certd verify`: shakes hands with every declared endpoint now and compares with what is live. Nothing is written down.
 * 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
 */
export async function verifyCommand(names: readonly string[], options: VerifyOptions): Promise<number> {
  try {
    checkRight(options.config);
    const document = await verify(configured(options, showProblem), names, options);
    process.stdout.write(textOf(document, names, options));
    return exitCodes[document.status];
  } catch (thrown) {
    const error = withRootHint(thrown);
    if (error.code === 'usage') throw error;
    process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}`).join('\n')}\n`);
    return exitCodes.unknown;
  }
}

async function verify(config: Config, names: readonly string[], places: Places): Promise<VerifyDocument> {
  const targets = pickNamed(config.certificates, names);
  const layout = layoutAt(places.stateDir);
  checkLayout(layout);
  const count = targets.reduce((sum, { deploy }) => sum + deploy.verify.length, 0);
  const done = progress(`shaking hands with ${count} ${count === 1 ? 'endpoint' : 'endpoints'}`);
  try {
    const verifier = openVerifier(config, places, { layout, world: openWorld(layout) });
    const verified = await Promise.all(targets.map(verifier));
    return verifyDocument(verified, { version, now: Date.now(), thresholds: config.thresholds });
  } finally {
    done();
  }
}

function textOf(document: VerifyDocument, names: readonly string[], { json }: VerifyOptions): string {
  if (json) return `${visibleText(JSON.stringify(document, null, 2))}\n`;
  const { width, color } = screenOf(process.stdout, process.env['NO_COLOR']);
  return verifyText(document, { width: width ?? 120, color }, names.length > 0);
}
