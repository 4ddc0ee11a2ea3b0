import { checks } from './checks.ts';
import type { Finding, FindingStatus } from './finding.ts';
import { shippedUnits } from './shipped-units.ts';
import { type InForce, inForce, isList, type Setting, settingsOf } from './unit-settings.ts';

export type SandboxedUnit = keyof typeof shippedUnits;

/** A service as it is installed. */
export type InstalledService = {
  readonly unit: SandboxedUnit;
  /** Of the unit and then of each drop-in, in the order in which systemd reads them. */
  readonly settings: readonly Setting[];
  /** The lines of a drop-in that the configuration needs. */
  readonly needed: readonly string[];
};

/** What would give rights, beside what the shipped unit says something of. */
const grants = ['SupplementaryGroups', 'BindPaths'];

/** Where a file of the unit says otherwise than certd ships it, and whether what the configuration needs is there. */
export function sandboxFindings({ unit, settings, needed }: InstalledService): readonly Finding[] {
  const shipped = settingsOf(['[Service]', ...shippedUnits[unit]].join('\n'), '');
  const wanted = settingsOf(needed.join('\n'), '');
  const actual = inForce(settings);
  const [plain, expected] = [inForce(shipped), inForce([...shipped, ...wanted])];
  const names = [...new Set([...plain.keys(), ...grants])];
  const other = names.flatMap(name => deviation(name, { plain, expected, actual }));
  const missing = wanted.filter(each => !isThere(each, actual)).map(({ name, value }) => `${name}=${value}`);
  return [
    other.length === 0
      ? finding('unit-sandbox', 'ok', unit, 'it may do what certd ships it with, and no more')
      : finding('unit-sandbox', 'warning', unit, other.join('; ')),
    ...dropInFinding(unit, needed, missing),
  ];
}

type Compared = { readonly plain: InForce; readonly expected: InForce; readonly actual: InForce };

type Words = readonly string[] | null;

/** In words; the absence of what the configuration needs is another matter. */
function deviation(name: string, { plain, expected, actual }: Compared): readonly string[] {
  const [shipped, wanted, found] = [plain, expected, actual].map(each => each.get(name)?.words ?? null);
  const words = isList(name)
    ? ofList(name, shipped ?? null, wanted ?? [], found ?? null)
    : ofValue(shipped ?? null, wanted ?? null, found ?? null);
  const file = actual.get(name)?.file;
  return words.map(each => `${name} ${each}${file === undefined ? '' : ` (${file})`}`);
}

function ofValue(shipped: Words, wanted: Words, found: Words): readonly string[] {
  if (found !== null && (found[0] === shipped?.[0] || found[0] === wanted?.[0])) return [];
  return [`is ${found === null ? 'not set' : found[0]} where certd ships ${shipped?.[0]}`];
}

/** Lists that give something: to say nothing of them gives nothing. Without a word on another everything is allowed. */
const giving = ['ReadWritePaths', 'AmbientCapabilities', ...grants];

function ofList(name: string, shipped: Words, wanted: readonly string[], found: Words): readonly string[] {
  if (found === null && !giving.includes(name)) {
    return [`is not set where certd ships ${shipped?.join(' ') || 'none'}`];
  }
  const more = (found ?? []).filter(word => !wanted.includes(word) && !shipped?.includes(word));
  const less = giving.includes(name) ? [] : (shipped ?? []).filter(word => !found?.includes(word));
  return [
    ...(more.length === 0 ? [] : [`also has ${more.join(' ')}`]),
    ...(less.length === 0 ? [] : [`lacks ${less.join(' ')}`]),
  ];
}

function isThere({ name, value, file }: Setting, actual: InForce): boolean {
  const wanted = inForce([{ name, value, file }]).get(name)?.words ?? [];
  return wanted.every(word => actual.get(name)?.words.includes(word));
}

function dropInFinding(
  unit: string,
  needed: readonly string[],
  missing: readonly string[],
): readonly Finding[] {
  if (needed.length === 0) return [];
  if (missing.length === 0)
    return [finding('unit-drop-in', 'ok', unit, 'what the configuration needs is there')];
  return [finding('unit-drop-in', 'critical', unit, `the configuration needs ${missing.join(' and ')}`)];
}

function finding(
  check: 'unit-sandbox' | 'unit-drop-in',
  status: FindingStatus,
  subject: string,
  message: string,
): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : checks[check].cure };
}
