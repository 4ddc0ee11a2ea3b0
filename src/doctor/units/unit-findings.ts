import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';

/** A unit as systemd has it (`systemctl show`). */
export type UnitState = {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  /** `enabled`, `disabled`, `static`; empty where it is not there. */
  readonly file: string;
  /** `active`, `inactive`, `failed`, `activating`. */
  readonly active: string;
  /** What of it: `running`, `start`, `auto-restart`. */
  readonly sub: string;
  /** How it ended last: `success`, `exit-code`, `signal`, `timeout`, `watchdog`. */
  readonly result: string;
  /** How often systemd has started it again by itself; empty where it does not count. */
  readonly restarts: string;
  /** Its files were changed since systemd read them. */
  readonly needsReload: boolean;
};

/** Whether the units are there, start at boot and run. `hasSocket`: challenges are answered on a socket of systemd’s. */
export function unitFindings(units: readonly UnitState[], hasSocket: boolean): readonly Finding[] {
  if (units.every(({ load }) => load === 'not-found')) {
    const words = 'no unit of certd is installed: who starts it at boot is not known';
    return [finding('unknown', 'systemd', words)];
  }
  return units.flatMap(state => unitFinding(state, hasSocket));
}

function unitFinding(state: UnitState, hasSocket: boolean): readonly Finding[] {
  const { unit, load, needsReload } = state;
  if (unit.endsWith('.socket') && !hasSocket) return leftSocket(state);
  if (load !== 'loaded') return [finding('critical', unit, `it is ${load}`)];
  const faults = [...runs(state), ...(needsReload ? [staleFault] : [])];
  const [first] = [...faults].sort((one, other) => rank(one) - rank(other));
  if (first === undefined) return [finding('ok', unit, fineWords(state))];
  const words = faults.map(each => each.words).join(', and ');
  return [finding(first.status, unit, words, first.cure)];
}

/** Of a configuration before: without it, port 80 may be somebody else’s. */
function leftSocket({ unit, file, active }: UnitState): readonly Finding[] {
  const facts = [
    ...(active === 'active' ? ['it runs'] : []),
    ...(file === 'enabled' ? ['it is enabled'] : []),
  ];
  if (facts.length === 0) return [];
  const words = `${facts.join(' and ')}, and no challenge asks for it`;
  const cure = `\`systemctl disable --now ${unit}\`, then \`systemctl restart certd\`: until then nobody else can have its port.`;
  return [finding('warning', unit, words, cure)];
}

type Fault = {
  readonly status: Exclude<FindingStatus, 'ok'>;
  readonly words: string;
  /** Where another one helps than for most. */
  readonly cure?: string;
};

const staleFault: Fault = { status: 'warning', words: 'its files were changed since systemd read them' };

function rank({ status }: Fault): number {
  return ['critical', 'warning', 'unknown'].indexOf(status);
}

/** The deployer is started by its path and its timer, and ends each time. */
function isStarted(unit: string): boolean {
  return unit === 'certd-deploy.service';
}

function fineWords({ unit, restarts }: UnitState): string {
  if (isStarted(unit)) return 'it is started by the others';
  const again = /^[1-9]/.test(restarts) ? ` (systemd has started it again: ${restarts})` : '';
  return `it is enabled and runs${again}`;
}

function runs(state: UnitState): readonly Fault[] {
  const { unit, file } = state;
  const fault = activity(state);
  const isForBoot = isStarted(unit) || /^(?:enabled|static|generated|alias)/.test(file);
  return [
    ...(fault === null ? [] : [fault]),
    ...(isForBoot || fault?.words === failedWords
      ? []
      : [{ status: 'warning', words: `it is ${file}, so the next boot does not start it` } as const]),
  ];
}

const failedWords = 'it has failed';

/** What is wrong with what it does now. A service that dies at once is hardly ever seen dead: it waits for its next start. */
function activity(state: UnitState): Fault | null {
  const { unit, active, sub } = state;
  if (active === 'failed') return { status: 'critical', words: failedWords };
  // Newer systemd says auto-restart-queued, too.
  if (sub.startsWith('auto-restart')) return restartFault(state);
  if (active === 'active' || active === 'reloading' || active === 'refreshing') return null;
  if (isStarted(unit) && /^(?:in|de)?activ(?:e|ating)$/.test(active)) return null;
  if (active === 'inactive' || active === 'deactivating') {
    return { status: 'critical', words: `it is ${active}` };
  }
  if (active !== 'activating') return { status: 'unknown', words: `its state is ${active || 'not known'}` };
  const words = `it is starting${sub === '' ? '' : ` (${sub})`}: whether it will run is not known`;
  return { status: 'unknown', words, cure: `Ask again in a while; ${journalOf(unit)} says how far it is.` };
}

function restartFault({ unit, result, restarts }: UnitState): Fault {
  const again = /^[1-9]/.test(restarts) ? `, after ${restarts} before` : '';
  return {
    status: 'critical',
    words: `it has ended (${result || 'systemd does not say how'}) and waits for its next start${again}`,
    cure: `${journalOf(unit)} says why it ends; what keeps it from running does not pass by itself.`,
  };
}

function journalOf(unit: string): string {
  return `\`journalctl -u ${unit.replace(/\.service$/, '')}\``;
}

function finding(status: FindingStatus, subject: string, message: string, own?: string): Finding {
  const cure = own ?? checks['unit-state'].cure;
  return { check: 'unit-state', status, subject, message, cure: status === 'ok' ? null : cure };
}
