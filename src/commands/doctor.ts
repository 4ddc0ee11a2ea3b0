import { resolve } from 'node:path';
import { plainLines } from '../core/text/plain-text.ts';
import { visibleText } from '../core/text/visible-text.ts';
import { type Examination, examine } from '../doctor/examine.ts';
import { type FindingStatus, sortFindings, worstStatus } from '../doctor/finding.ts';
import { hostJson } from '../doctor/host/host-summary.ts';
import { examineNames } from '../doctor/names/examine-names.ts';
import { realClock } from '../host/clock.ts';
import { version } from '../host/version.ts';
import { configured, showProblem } from './configured.ts';
import { seenCas } from './doctor-cas.ts';
import { doctorNetwork } from './doctor-network.ts';
import { doctorText } from './doctor-text.ts';
import { doctorTools } from './doctor-tools.ts';
import { seenValidations } from './doctor-validations.ts';
import { effectiveUid } from './effective-uid.ts';
import type { Places } from './places.ts';
import { progress } from './progress.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';

type DoctorOptions = Places & { readonly json?: true; readonly offline?: true };

/** As monitoring plugins end. */
const exitCodes: Readonly<Record<FindingStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** `certd doctor`: looks at this host, its web servers and where its names lead, and changes nothing. 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
export async function doctorCommand(options: DoctorOptions): Promise<number> {
  try {
    const examination = await look(options);
    process.stdout.write(options.json ? jsonOf(examination) : textOf(examination, options.offline ?? false));
    return exitCodes[worstStatus(examination.findings)];
  } catch (thrown) {
    const error = withRootHint(thrown);
    process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}`).join('\n')}\n`);
    return exitCodes.unknown;
  }
}

async function look(options: DoctorOptions): Promise<Examination> {
  checkRight(options.config);
  const config = configured(options, showProblem);
  const { certificates, health } = config;
  const uid = effectiveUid();
  const stop = new AbortController();
  const done = progress(`looking at this host${options.offline ? '' : ' and its names'}`);
  try {
    const examined = {
      targets: certificates,
      root: resolve(options.stateDir),
      runtimeDir: resolve(options.runtimeDir),
      config: resolve(options.config),
      health: { socket: health.socket, group: health.group },
      isRoot: uid === 0,
      now: realClock.now(),
    };
    const network = options.offline ? null : doctorNetwork(stop.signal);
    const tools = await doctorTools(uid, network?.names ?? null);
    const { ownAddresses } = tools;
    const validations = seenValidations(certificates, examined.root);
    const asked = { ...examined, cas: seenCas(config, examined.root), ownAddresses, validations };
    const [seen, names] = await Promise.all([examine(examined, tools), examineNames(asked, tools, network)]);
    return { ...seen, findings: sortFindings([...seen.findings, ...names]) };
  } finally {
    // A question that was given up on would keep the process.
    stop.abort();
    done();
  }
}

function jsonOf({ host, findings }: Examination): string {
  const document = { schema: 1, version, status: worstStatus(findings), host: hostJson(host), findings };
  return `${visibleText(JSON.stringify(document, null, 2))}\n`;
}

function textOf(examination: Examination, offline: boolean): string {
  const { width, color } = screenOf(process.stdout, process.env['NO_COLOR']);
  return doctorText(examination, { width: width ?? Number.POSITIVE_INFINITY, color, version, offline });
}
