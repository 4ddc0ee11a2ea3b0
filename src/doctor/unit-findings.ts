import { checks } from './checks.ts';
import type { Finding, FindingStatus } from './finding.ts';

/** A unit as systemd has it (`systemctl show`). */
export type UnitState = {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  /** `enabled`, `disabled`, `static`; empty where it is not there. */
  readonly file: string;
  /** `active`, `inactive`, `failed`, `activating`. */
  readonly active: string;
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
  const isSocket = unit.endsWith('.socket');
  // Port 80 may be somebody else’s.
  if (isSocket && !hasSocket) return [];
  if (load !== 'loaded') return [finding('critical', unit, `it is ${load}`)];
  const worst = [...runs(state), ...(needsReload ? [staleWords] : [])];
  if (worst.length > 0) {
    const status = worst.some(each => each.status === 'critical') ? 'critical' : 'warning';
    return [finding(status, unit, worst.map(({ words }) => words).join(', and '))];
  }
  return [finding('ok', unit, isStarted(unit) ? 'it is started by the others' : 'it is enabled and runs')];
}

type Fault = { readonly status: FindingStatus; readonly words: string };

const staleWords: Fault = { status: 'warning', words: 'its files were changed since systemd read them' };

/** The deployer is started by its path and its timer, and ends each time. */
function isStarted(unit: string): boolean {
  return unit === 'certd-deploy.service';
}

function runs({ unit, file, active }: UnitState): readonly Fault[] {
  if (active === 'failed') return [{ status: 'critical', words: 'it has failed' }];
  if (isStarted(unit)) return [];
  const faults: Fault[] = [];
  if (active === 'inactive' || active === 'deactivating') {
    faults.push({ status: 'critical', words: `it is ${active}` });
  }
  if (!/^(?:enabled|static|generated|alias)/.test(file)) {
    faults.push({ status: 'warning', words: `it is ${file}, so the next boot does not start it` });
  }
  return faults;
}

function finding(status: FindingStatus, subject: string, message: string): Finding {
  const { cure } = checks['unit-state'];
  return { check: 'unit-state', status, subject, message, cure: status === 'ok' ? null : cure };
}
