import { resolve } from 'node:path';
import { plainLines } from '../core/plain-text.ts';
import { visibleText } from '../core/visible-text.ts';
import { examine } from '../doctor/examine.ts';
import { type Finding, type FindingStatus, worstStatus } from '../doctor/finding.ts';
import { version } from '../host/version.ts';
import { configured, showProblem } from './configured.ts';
import { doctorText } from './doctor-text.ts';
import { doctorTools } from './doctor-tools.ts';
import { effectiveUid } from './effective-uid.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';

type DoctorOptions = Places & { readonly json?: true };

/** As monitoring plugins end. */
const exitCodes: Readonly<Record<FindingStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** `certd doctor`: looks at the web servers of this host and changes nothing. 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
export async function doctorCommand(options: DoctorOptions): Promise<number> {
  try {
    const findings = await look(options);
    process.stdout.write(options.json ? jsonOf(findings) : textOf(findings));
    return exitCodes[worstStatus(findings)];
  } catch (thrown) {
    const error = withRootHint(thrown);
    process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}`).join('\n')}\n`);
    return exitCodes.unknown;
  }
}

async function look(options: DoctorOptions): Promise<readonly Finding[]> {
  checkRight(options.config);
  const targets = configured(options, showProblem).certificates;
  const uid = effectiveUid();
  const done = progress('looking at the web servers');
  try {
    const host = { targets, root: resolve(options.stateDir), isRoot: uid === 0 };
    return await examine(host, await doctorTools(uid));
  } finally {
    done();
  }
}

function jsonOf(findings: readonly Finding[]): string {
  const document = { schema: 1, version, status: worstStatus(findings), findings };
  return `${visibleText(JSON.stringify(document, null, 2))}\n`;
}

function textOf(findings: readonly Finding[]): string {
  const { width, color } = screenOf(process.stdout, process.env['NO_COLOR']);
  return doctorText(findings, { width: width ?? Number.POSITIVE_INFINITY, color, version });
}
